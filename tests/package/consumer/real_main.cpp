#include <twinloop/real.hpp>

#include "program.hpp"

int main(int argc, char** argv) { return twinloop::real::run_main(argc, argv, count_to_three); }
