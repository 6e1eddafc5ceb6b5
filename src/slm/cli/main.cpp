#include <vector>

#include "slm/cli/program.h"

int main(int argc, char** argv) { return slm::cli::run_program({argv + 1, argv + argc}); }
