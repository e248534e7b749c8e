// The echo server on the real kernel.
#include "scenarios/echo/server.hpp"
#include "twinloop/real.hpp"

int main(int argc, char** argv) { return twinloop::real::run_main(argc, argv, echo::echo_main); }
