// The README's program and its main, as a real server: that it compiles and links is the test.
#include <twinloop/real.hpp>

#include "program.inc"

#include "main.inc"
