#include "slm/storage/address_name.h"

#include <gtest/gtest.h>

namespace slm::storage {
namespace {

TEST(AddressName, HasNoSecrets) {
  EXPECT_EQ(address_name("https://user:PASS@host:81/a/d.jsonl?sig=SECRET#x"), "https://host:81/a/d.jsonl");
  EXPECT_EQ(address_name("http://TOKEN@host/at@home.txt"), "http://host/at@home.txt");
  EXPECT_EQ(address_name("http://host"), "http://host");
  EXPECT_EQ(address_name("s3://KEY:SECRET@bucket/a?region=x"), "s3://bucket/a");
  EXPECT_EQ(address_name("gs://anonymous@bucket/a"), "gs://anonymous@bucket/a");
  EXPECT_EQ(address_name("ftp://user:PASS@host/a?b"), "ftp://host/a");
  for (const char* other : {"a?b@c#d", "file:///a?b", "hf://o/n/x@main", "-", ""})
    EXPECT_EQ(address_name(other), other);
}

TEST(AddressName, TellsFilesApartWhateverSignsThem) {
  const std::string first = address_record("https://u:p@host/get?id=1&X-Amz-Signature=abc&Expires=5");
  EXPECT_TRUE(first.starts_with("https://host/get?sha256=")) << first;
  EXPECT_EQ(first, address_record("https://host/get?X-Amz-Signature=other&id=1&expires=9"));
  EXPECT_NE(first, address_record("https://host/get?id=2"));
  EXPECT_EQ(address_record("https://host/d.jsonl?sig=SECRET&se=2027"), "https://host/d.jsonl");
  EXPECT_EQ(address_record("dir/d.jsonl?x=1"), "dir/d.jsonl?x=1");
  EXPECT_EQ(address_record(first), first);
  EXPECT_TRUE(lacks_query(first));
  EXPECT_FALSE(lacks_query("https://host/get?sha256=no-hash"));
  EXPECT_FALSE(lacks_query("https://host/get"));
}

}  // namespace
}  // namespace slm::storage
