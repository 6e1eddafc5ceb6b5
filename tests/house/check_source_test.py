#!/usr/bin/env python3
"""scripts/check-source finds each kind of violation, and nothing in a tree that has none."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / "scripts/check-source"

CLEAN = {
    "src/slm/CMakeLists.txt": "add_subdirectory(core)\nadd_subdirectory(kernels)\nadd_subdirectory(ops)\nadd_subdirectory(cli)\n",
    "src/slm/core/CMakeLists.txt": "slm_layer(core SOURCES shape.cpp)\n",
    "src/slm/kernels/CMakeLists.txt": "slm_layer(kernels SOURCES gemm.cpp DEPENDS core LIBRARIES DNNL::dnnl)\n",
    "src/slm/ops/CMakeLists.txt": "slm_layer(ops SOURCES linear.cpp DEPENDS kernels)\n",
    "src/slm/cli/CMakeLists.txt": "add_executable(slm main.cpp)\n",
    "src/slm/core/shape.h": "// Shapes.\n#pragma once\n\nint rank();\n",
    "src/slm/core/shape.cpp": '#include "slm/core/shape.h"\n\nint rank() { return 1; }  // never printf(...) here\n',
    "src/slm/kernels/gemm.cpp": '#include "slm/core/shape.h"\n#include <dnnl.hpp>\n\ndnnl::engine engine();\n',
    "src/slm/ops/linear.cpp": '#include "slm/core/shape.h"\n\nconst char* name = "exit(1) and std::cout";\n',
    "src/slm/cli/main.cpp": '#include "slm/core/shape.h"\n#include <cstdlib>\n\nint main() { std::exit(std::getenv("SLM_ISA") == nullptr); }\n',
}


def run(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, CHECK, folder], capture_output=True, text=True)
        return done.returncode, done.stdout


class CheckSource(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(run(CLEAN), (0, ""))

    def assert_found(self, name, text, message):
        status, output = run({**CLEAN, name: text})
        self.assertEqual(status, 1, output)
        self.assertIn(message, output)
        self.assertIn(name, output)
        self.assertEqual(output.count("\n"), 1, output)

    def test_a_file_over_600_lines(self):
        self.assert_found("src/slm/ops/long.cpp", "int x();\n" * 601, "601 lines, at most 600")

    def test_a_line_over_120_columns(self):
        self.assert_found("src/slm/ops/wide.cpp", "// " + "x" * 118 + "\n", "121 columns, at most 120")

    def test_a_header_without_pragma_once(self):
        self.assert_found("src/slm/core/size.h", "int size();\n", "#pragma once")

    def test_a_vague_file_name(self):
        self.assert_found("src/slm/ops/utils.cpp", "int x();\n", "name the subject")

    def test_a_backend_outside_kernels(self):
        self.assert_found("src/slm/ops/linear.cpp", "void f(dnnl::engine);\n", "src/slm/kernels/ only")

    def test_a_parallel_region_of_its_own(self):
        self.assert_found("src/slm/ops/linear.cpp", "void f() {\n#pragma omp parallel\n  g();\n}\n", "use parallel_for")

    def test_printing_below_the_command_line(self):
        self.assert_found("src/slm/ops/linear.cpp", "void f() { std::cout << 1; }\n", "only src/slm/cli/")

    def test_exiting_below_the_command_line(self):
        self.assert_found("src/slm/ops/linear.cpp", "void f() { exit(1); }\n", "only src/slm/cli/")

    def test_the_environment_below_the_command_line(self):
        self.assert_found("src/slm/kernels/isa.cpp", 'auto f() { return getenv("ISA"); }\n', "only src/slm/cli/")

    def test_an_include_of_a_layer_below(self):
        self.assert_found("src/slm/core/shape.cpp", '#include "slm/core/shape.h"\n#include "slm/ops/linear.h"\n',
                          "core includes ops, which is not among its DEPENDS")

    def test_a_dependency_on_a_layer_below(self):
        self.assert_found("src/slm/core/CMakeLists.txt", "slm_layer(core SOURCES shape.cpp DEPENDS ops)\n",
                          "does not stand above it")

    def test_a_source_whose_own_header_comes_second(self):
        self.assert_found("src/slm/core/shape.cpp", '#include <vector>\n#include "slm/core/shape.h"\n',
                          "the first include is")

    def test_a_page_that_names_a_file_that_is_not_there(self):
        self.assert_found("docs/models.md", "See `ops/linear.cpp` and `src/slm/ops/matmul.cpp`.\n",
                          "there is no src/slm/ops/matmul.cpp")

    def test_work_left_undone(self):
        self.assert_found("tests/ops/linear_test.cpp", "// TO" + "DO: test it\n", "finish it")


if __name__ == "__main__":
    unittest.main()
