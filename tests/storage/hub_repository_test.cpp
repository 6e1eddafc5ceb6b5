#include "slm/storage/hub_repository.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "slm/core/error.h"
#include "slm/storage/hub_cache.h"
#include "slm/storage/read_file.h"
#include "storage/hub_server.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::HubServer;
using test::message_of;
using test::ScratchFolder;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

HubSettings settings_for(const HubServer& server, const ScratchFolder& home) {
  HubSettings settings;
  settings.endpoint = server.endpoint() + "/";
  settings.token = "secret";
  settings.cache = home / "hub";
  settings.http.wait = [](int64_t) {};
  return settings;
}

HubRepository open(const HubServer& server, const ScratchFolder& home, const std::string& uri = "hf://o/n") {
  return HubRepository(settings_for(server, home), HubKind::kDataset, parse_hub_address(uri));
}

TEST(HubAddress, HasAnOwnerANameAndPerhapsMore) {
  const HubAddress all = parse_hub_address("hf://o-1/n.2/sub/dir@refs/convert/parquet");
  EXPECT_EQ(all.repository, "o-1/n.2");
  EXPECT_EQ(all.path, "sub/dir");
  EXPECT_EQ(all.revision, "refs/convert/parquet");
  EXPECT_EQ(parse_hub_address("hf://o/n").revision, "main");
  for (const char* wrong : {"hf://o", "hf://o/", "hf:///n", "hf://../n", "hf://o/..", "hf://o/n@", "hf://o o/n"}) {
    EXPECT_EQ(message_of<UsageError>([&] { parse_hub_address(wrong); }),
              std::string(wrong) + ": expected hf://OWNER/NAME[/SUBSET][@REVISION]");
  }
}

TEST(HubRepository, ListsAllPages) {
  const HubServer server;
  const ScratchFolder home;
  HubRepository repository = open(server, home);
  EXPECT_EQ(repository.commit(), kCommit);
  const auto files = repository.list();
  ASSERT_EQ(files.size(), 16u);
  EXPECT_EQ(files.front().path, ".gitattributes");
  EXPECT_EQ(files.back().path, "wronghash.bin");
  const std::string before = server.log();
  EXPECT_EQ(repository.list().size(), 16u);
  EXPECT_EQ(server.log(), before) << "a commit does not change";
}

TEST(HubRepository, KeepsFilesInTheLayoutThatOthersShare) {
  const HubServer server;
  const ScratchFolder home;
  const std::string root = home / "hub/datasets--o--n";
  HubRepository repository = open(server, home);
  const std::string path = repository.download("data/train-cut.jsonl");
  EXPECT_EQ(path, root + "/snapshots/" + kCommit + "/data/train-cut.jsonl");
  EXPECT_TRUE(std::filesystem::is_symlink(path));
  EXPECT_TRUE(read_file(path).starts_with("{\"text\": \"train-cut.jsonl line 0\"}\n"));
  EXPECT_EQ(read_file(root + "/refs/main"), kCommit);
  EXPECT_EQ(list_folder(root + "/blobs").size(), 1u);
  EXPECT_EQ(list_folder(root + "/blobs")[0].name.size(), 64u);
  repository.download("data/train-small.jsonl");
  const std::string before = server.log();
  repository.download("data/train-cut.jsonl");
  EXPECT_EQ(server.log(), before);
  HubSettings offline = settings_for(server, home);
  offline.is_offline = true;
  std::string warning;
  offline.warn = [&](const std::string& message) { warning = message; };
  HubRepository copy(offline, HubKind::kDataset, parse_hub_address("hf://o/n"));
  EXPECT_EQ(copy.download("data/train-cut.jsonl"), path);
  EXPECT_EQ(copy.list().size(), 2u);
  EXPECT_TRUE(warning.starts_with("hf://o/n: offline, and nothing here says which files it has: the 2 that were"))
      << warning;
  EXPECT_EQ(message_of<Error>([&] { copy.download("cut.bin"); }),
            "hf://o/n: 'cut.bin' is not in " + (home / "hub") +
                " and HF_HUB_OFFLINE is set; unset it, or run once with a network");
}

TEST(HubCache, AFileIsThereWhileAnotherProcessLinksItAgain) {
  const ScratchFolder home;
  std::filesystem::create_directories(home / "blobs");
  std::ofstream(home / "blobs/etag") << "text";
  HubCache cache(home.path());
  const std::string path = cache.link(kCommit, "data/file.txt", "etag");
  {
    const std::jthread other([&](const std::stop_token& is_over) {
      while (!is_over.stop_requested()) cache.link(kCommit, "data/file.txt", "etag");
    });
    for (int i = 0; i < 3000; ++i) ASSERT_EQ(read_file(path), "text") << i;
  }
  EXPECT_EQ(list_folder(home / "blobs").size(), 1u);
  EXPECT_EQ(list_folder(home / ("snapshots/" + kCommit + "/data")).size(), 1u);
}

TEST(HubRepository, ShowsTheTokenToTheHubAlone) {
  const HubServer server;
  const ScratchFolder home;
  open(server, home).download("cut.bin");
  int num_elsewhere = 0;
  for (const auto& request : nlohmann::json::parse(server.log())) {
    const bool is_hub = request["host"] == "127.0.0.1";
    num_elsewhere += is_hub ? 0 : 1;
    EXPECT_EQ(request["token"], is_hub ? "Bearer secret" : "") << request;
  }
  EXPECT_GE(num_elsewhere, 3);
}

TEST(HubRepository, GoesOnWithWhatAnEarlierRunLeft) {
  const HubServer server;
  const ScratchFolder home;
  HubRepository repository = open(server, home);
  const std::string path = repository.download("busy.bin");
  const std::string content = read_file(path);
  const std::string blob = std::filesystem::canonical(path).string();
  remove_tree(path);
  remove_tree(blob);
  std::ofstream(blob + ".incomplete") << content.substr(0, 1000);
  EXPECT_TRUE(read_file(repository.download("busy.bin")) == content);
  EXPECT_NE(server.log().find("\"range\": \"bytes=1000-\""), std::string::npos);
}

TEST(HubRepository, SeveralAtOnceDownloadAFileOnce) {
  const HubServer server;
  const ScratchFolder home;
  std::vector<std::thread> threads;
  std::vector<std::string> contents(4);
  for (std::string& content : contents) {
    threads.emplace_back([&] { content = read_file(open(server, home).download("extra/deep/small.jsonl")); });
    threads.emplace_back([&] { open(server, home).download("data/train-cut.jsonl"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& content : contents) EXPECT_EQ(content, contents[0]);
  const std::string log = server.log();
  const std::string from_another_host = "/cdn/data/train-cut.jsonl";
  size_t num_downloads = 0;
  for (size_t at = 0; (at = log.find(from_another_host, at)) != std::string::npos; ++at) ++num_downloads;
  EXPECT_EQ(num_downloads, 3u);  // cut twice
}

TEST(HubRepository, RefusesWhatIsNotWhatWasAnnounced) {
  const HubServer server;
  const ScratchFolder home;
  HubRepository repository = open(server, home);
  EXPECT_TRUE(
      message_of<Error>([&] { repository.download("wronghash.bin"); }).ends_with("; the copy was removed, run again"));
  const std::string cut_short = message_of<Error>([&] { repository.download("short.bin"); });
  EXPECT_TRUE(cut_short.find(" bytes came, the hub announced ") != std::string::npos) << cut_short;
  EXPECT_TRUE(list_folder(home / "hub/datasets--o--n/blobs").empty());
}

TEST(HubRepository, ComparesTheHashesOfGit) {
  const HubServer server;
  const ScratchFolder home;
  HubRepository repository = open(server, home);
  EXPECT_TRUE(read_file(repository.download("README.md")).starts_with("---\n"));
  const std::string message = message_of<Error>([&] { repository.download("wronggit-small.txt"); });
  EXPECT_TRUE(message.starts_with("hf://o/n/wronggit-small.txt: what came has git's SHA-1 ")) << message;
}

TEST(HubRepository, TakesARedirectThatNamesAHostForTheAnswer) {
  const HubServer server;
  const ScratchFolder home;
  HubRepository repository = open(server, home);
  EXPECT_TRUE(read_file(repository.download("mirror.bin")).starts_with("{\"text\": \"mirror.bin line 0\"}\n"));
  EXPECT_TRUE(read_file(repository.download("moved.bin")).starts_with("{\"text\": \"moved.bin line 0\"}\n"));
}

TEST(HubRepository, KnowsOfflineWhatIsMissing) {
  const HubServer server;
  const ScratchFolder home;
  HubSettings settings = settings_for(server, home);
  settings.warn = [](const std::string& message) { ADD_FAILURE() << message; };
  HubRepository online(settings, HubKind::kDataset, parse_hub_address("hf://o/n"));
  online.list();
  online.download("data/train-small.jsonl");
  settings.is_offline = true;
  HubRepository offline(settings, HubKind::kDataset, parse_hub_address("hf://o/n"));
  EXPECT_EQ(offline.list().size(), 16u);
  offline.download("data/train-small.jsonl");
  EXPECT_THROW(offline.download("data/train-cut.jsonl"), Error);
}

TEST(HubRepository, GoesOnWithItsCopyWhereNoHubCanBeReached) {
  const ScratchFolder home;
  HubSettings settings;
  std::vector<std::string> warnings;
  int num_waits = 0;
  {
    const HubServer server;
    settings = settings_for(server, home);
    open(server, home).download("data/train-small.jsonl");
  }
  settings.warn = [&](const std::string& message) { warnings.push_back(message); };
  settings.http.wait = [&](int64_t) { ++num_waits; };
  HubRepository copy(settings, HubKind::kDataset, parse_hub_address("hf://o/n"));
  EXPECT_EQ(copy.commit(), kCommit);
  EXPECT_EQ(copy.list().size(), 1u);
  copy.download("data/train-small.jsonl");
  const std::string missing = message_of<Error>([&] { copy.download("cut.bin"); });
  EXPECT_TRUE(missing.ends_with("and the hub cannot be reached; check the network")) << missing;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_TRUE(warnings[0].starts_with("hf://o/n: the hub cannot be reached (")) << warnings[0];
  EXPECT_TRUE(warnings[0].ends_with(
      "): going on with the copy of main, commit 0123456789ab; HF_HUB_OFFLINE=1 does so without asking"))
      << warnings[0];
  EXPECT_EQ(num_waits, 0);
  const std::string other =
      message_of<UnreachableError>([&] { HubRepository(settings, HubKind::kDataset, parse_hub_address("hf://o/x")); });
  EXPECT_TRUE(other.ends_with("what is done is kept")) << other;
}

TEST(HubRepository, SaysWhatTheHubSays) {
  const HubServer server;
  const ScratchFolder home;
  EXPECT_EQ(
      message_of<Error>([&] { open(server, home, "hf://o/none"); }),
      "hf://o/none: the server answers 404 (RepoNotFound): Repository not found; check the name, or set HF_TOKEN if "
      "it is private");
  EXPECT_EQ(message_of<Error>([&] { open(server, home, "hf://o/n@v9"); }),
            "hf://o/n: the server answers 404 (RevisionNotFound): Invalid rev id; check what follows the @");
  HubSettings anonymous = settings_for(server, home);
  anonymous.token.clear();
  EXPECT_EQ(
      message_of<Error>([&] { HubRepository(anonymous, HubKind::kDataset, parse_hub_address("hf://o/private")); }),
      "hf://o/private: the server answers 401 (GatedRepo): Access to o/private is restricted; accept its terms on its "
      "page, and set HF_TOKEN to a token of your account");
  EXPECT_EQ(message_of<Error>([&] { open(server, home, "hf://o/portal"); }),
            "hf://o/portal: " + server.endpoint() +
                " does not answer as the hub does; check HF_ENDPOINT, or log in to your network");
  HubRepository repository = open(server, home);
  EXPECT_EQ(
      message_of<Error>([&] { repository.download("nope.txt"); }),
      "hf://o/n/nope.txt: the server answers 404 (EntryNotFound): Entry not found; check the address for a typing "
      "error");
}

}  // namespace
}  // namespace slm::storage
