#include "slm/train/tensorboard_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"
#include "slm/storage/system_calls.h"
#include "slm/train/tensorboard_event.h"

namespace slm::train {
namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

TensorBoardLog::TensorBoardLog(std::string folder) : folder_(std::move(folder)) {}

TensorBoardLog::~TensorBoardLog() {
  if (file_ >= 0) storage::system_calls().close(file_);
}

void TensorBoardLog::on_start(const StartReport& report) {
  storage::make_folders(folder_);
  // TensorBoard reads the files of a folder in the order of their names.
  const auto now = static_cast<int64_t>(seconds_since_1970());
  for (int attempt = 0; file_ < 0; ++attempt) {
    const std::string name = fmt::format("events.out.tfevents.{}.{:04}.slm", now, attempt);
    path_ = storage::local_path(storage::join(folder_, name));
    file_ = storage::system_calls().open(path_, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0 && errno != EEXIST) storage::throw_io_error(path_, "cannot open", errno);
  }
  write(file_version_event(seconds_since_1970()));
  if (report.is_resumed) write(session_start_event(seconds_since_1970(), report.state.step + 1));
}

void TensorBoardLog::on_step(const StepReport& report) {
  const Scalar scalars[] = {{"train/loss", report.loss},
                            {"train/learning_rate", report.learning_rate},
                            {"train/gradient_norm", report.gradient_norm},
                            {"train/tokens_per_second", report.tokens_per_s}};
  write(scalars_event(seconds_since_1970(), report.state.step, scalars));
}

void TensorBoardLog::on_evaluation(const EvaluationReport& report) {
  const Evaluation& evaluation = report.evaluation;
  std::vector<Scalar> scalars = {{"validation/loss", evaluation.loss},
                                 {"validation/accuracy", evaluation.accuracy},
                                 {"validation/perplexity", evaluation.perplexity}};
  if (evaluation.bits_per_byte) scalars.push_back({"validation/bits_per_byte", *evaluation.bits_per_byte});
  write(scalars_event(seconds_since_1970(), report.state.step, scalars));
}

void TensorBoardLog::write(std::string_view event) {
  const std::string record = tf_record(event);
  size_t done = 0;
  while (done < record.size()) {
    const ssize_t written = storage::system_calls().write(file_, record.data() + done, record.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) storage::throw_io_error(path_, "cannot write", errno);
    done += static_cast<size_t>(written);
  }
}

}  // namespace slm::train
