#pragma once

#include <random>
#include <string>
#include <vector>

namespace slm::text::test {

// A tokenizer.json made by chance of small parts of every kind.
std::string random_pipeline(std::mt19937& random);

// What tells such pipelines apart, and a short text of it.
const std::vector<std::string>& pipeline_text_parts();
std::string random_pipeline_text(std::mt19937& random);

}  // namespace slm::text::test
