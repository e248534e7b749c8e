// A program as a user has it: it knows the loop and nothing below.
#pragma once
#include <twinloop/loop.hpp>

int count_to_three(twinloop::loop& loop, twinloop::arguments);
