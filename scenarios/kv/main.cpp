// The server on the real kernel: the very objects that the simulator runs, and this.
#include "scenarios/kv/server.hpp"
#include "twinloop/real.hpp"

int main(int argc, char** argv) { return twinloop::real::run_main(argc, argv, kv::kv_main); }
