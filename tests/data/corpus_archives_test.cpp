#include <gtest/gtest.h>

#include <cstdlib>

#include "data/read_corpus.h"
#include "slm/core/error.h"

namespace slm::data {
namespace {

using test::message_of;
using test::read_corpus;
using test::ScratchFolder;
using Texts = std::vector<std::string>;

// A folder that make_archives.py has filled.
class Archives : public ScratchFolder {
 public:
  explicit Archives(const std::string& kind) {
    const std::string command = "python3 " SLM_SOURCE_DIR "/tests/data/make_archives.py " + kind + " " + path();
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
};

TEST(CorpusArchives, ReadsEveryCompression) {
  const Archives folder("good");
  EXPECT_EQ(read_corpus({folder / "a.txt.gz", folder / "b.txt.zst", folder / "c.txt.xz", folder / "d.txt.bz2",
                         folder / "e.jsonl.gz", folder / "frames.txt.zst", folder / "empty.txt.zst"})
                .texts,
            (Texts{"gz one, gz two", "zst", "xz one, xz two", "bz2 one, bz2 two", "line", "zst one, zst two"}));
}

TEST(CorpusArchives, ReadsTarsOfTarsInStoredOrder) {
  const Archives folder("good");
  const auto corpus = read_corpus({folder / "owt.tar.xz"});
  EXPECT_EQ(corpus.texts, (Texts{"web 2-2", "web 2-10", "web 2-1", "web 1-2", "web 1-10", "web 1-1"}));
  EXPECT_EQ(corpus.places[0], folder / "owt.tar.xz!openwebtext/urlsf_subset00-2_data.xz!2-2.txt:1");
  EXPECT_EQ(corpus.num_blocks, 1u);
  EXPECT_EQ(read_corpus({folder / "v7.tgz"}).texts, Texts{"old"});
}

TEST(CorpusArchives, ReadsZipsFromFilesAndFromStreams) {
  const Archives folder("good");
  EXPECT_EQ(read_corpus({folder / "x.zip"}).texts, (Texts{"zip two", "zip one"}));
  EXPECT_EQ(read_corpus({folder / "inside.tar"}).texts, (Texts{"zip two", "zip one"}));
}

TEST(CorpusArchives, ReadsGlobsAndFoldersOfAllThat) {
  const Archives folder("good");
  EXPECT_EQ(read_corpus({folder / "[ab].txt.*"}).texts, (Texts{"gz one, gz two", "zst"}));
  EXPECT_EQ(message_of<Error>([&] { read_corpus({folder / "*.none"}); }),
            folder / "*.none: nothing matches this pattern");
}

TEST(CorpusArchives, StopsAtDamage) {
  const Archives folder("bad");
  const std::string bad = folder.path() + "/";
  const auto message = [&](const std::string& name) {
    return message_of<FormatError>([&] { read_corpus({bad + name}); });
  };
  const auto cut = [&](const std::string& name, const std::string& problem) {
    return bad + name + ": cannot be unpacked: " + problem + "; a damaged or truncated copy? Copy it again";
  };
  EXPECT_EQ(message("cut.txt.gz"), cut("cut.txt.gz", "it ends in the middle"));
  EXPECT_EQ(message("flipped.txt.gz"), cut("flipped.txt.gz", "incorrect data check"));
  EXPECT_EQ(message("cut.txt.xz"), cut("cut.txt.xz", "it ends in the middle"));
  EXPECT_EQ(message("cut.txt.bz2"), cut("cut.txt.bz2", "truncated bzip2 input"));
  const std::string no_stream = "what follows its last stream, at byte ";
  EXPECT_EQ(message("mid.txt.bz2"), cut("mid.txt.bz2", no_stream + "38, is none"));
  EXPECT_EQ(message("tail.txt.bz2"), cut("tail.txt.bz2", no_stream + "38, is none"));
  EXPECT_EQ(message("behind.txt.zst"), cut("behind.txt.zst", "no Zstandard frame follows the skippable ones"));
  EXPECT_EQ(message("cut.txt.zst"), cut("cut.txt.zst", "a skippable frame is cut off"));
  EXPECT_EQ(message("cut.tar"), cut("cut.tar!b.txt", "Truncated tar archive"));
  EXPECT_EQ(message("named.tar"),
            bad +
                "named.tar: byte 0: this is neither a tar nor a zip archive, as its name says; a damaged copy? Copy it "
                "again");
  EXPECT_EQ(message("climbs.tar"), bad +
                                       "climbs.tar: '../evil.txt' leads out of the archive: refused; pack it again "
                                       "without such paths");
  EXPECT_EQ(message("absolute.zip"), bad +
                                         "absolute.zip: '/etc/evil.txt' leads out of the archive: refused; pack it "
                                         "again without such paths");
  EXPECT_EQ(message("bomb.txt.gz"), bad +
                                        "bomb.txt.gz: unpacks to more than 300 times its size: a decompression bomb? "
                                        "Unpack it yourself if you trust it");
  const std::string of_members = message("bomb.tar.xz");
  EXPECT_TRUE(of_members.starts_with(bad + "bomb.tar.xz!16.txt.gz: unpacks to more than 300 times")) << of_members;
  EXPECT_EQ(message("bomb.zip"), bad +
                                     "bomb.zip!zeros.txt: unpacks to more than 300 times its size: a decompression "
                                     "bomb? Unpack it yourself if you trust it");
}

TEST(CorpusArchives, ComparesTheChecksumsOfZips) {
  const Archives folder("bad");
  CorpusOptions going_on;
  going_on.skip_bad_files = true;
  for (const char* name : {"flipped.zip", "flipped_small.zip", "checksum.zip"}) {
    const std::string path = folder / name;
    const std::string message = message_of<FormatError>([&] { read_corpus({path}); });
    EXPECT_TRUE(message.starts_with(path + "!2.txt: cannot be unpacked: ZIP bad CRC: ")) << message;
    const auto corpus = read_corpus({path}, going_on);
    EXPECT_EQ(corpus.texts.front(), "first") << name;
    EXPECT_EQ(corpus.texts.back(), "third") << name;
    EXPECT_EQ(corpus.skips[SkipReason::kBadFile].count, 1) << name;
    EXPECT_EQ(corpus.skips[SkipReason::kBadFile].first_source, path + "!2.txt");
  }
}

TEST(CorpusArchives, GoesOnBehindDamageWhenAsked) {
  const Archives folder("bad");
  const std::string bad = folder.path() + "/";
  CorpusOptions options;
  options.skip_bad_files = true;
  const auto corpus =
      read_corpus({bad + "climbs.tar", bad + "flipped.txt.gz", bad + "cut.tar", bad + "whole.txt"}, options);
  ASSERT_GE(corpus.texts.size(), 4u);
  EXPECT_EQ(corpus.texts[0], "ok");
  EXPECT_EQ(corpus.texts[1], "ok2");
  EXPECT_EQ(corpus.texts.back(), "whole");
  EXPECT_EQ(corpus.skips[SkipReason::kBadFile].count, 3);
  EXPECT_EQ(corpus.skips[SkipReason::kBadFile].first_source, bad + "climbs.tar");
  EXPECT_TRUE(corpus.skips[SkipReason::kBadFile].detail.find("refused") != std::string::npos);
}

}  // namespace
}  // namespace slm::data
