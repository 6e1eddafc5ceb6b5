#include "slm/storage/http_headers.h"

#include <gtest/gtest.h>

namespace slm::storage {
namespace {

HttpHeaders headers(std::initializer_list<const char*> lines) {
  HttpHeaders result;
  for (const char* line : lines) result.add_line(line);
  return result;
}

TEST(HttpHeaders, KeepsTheFieldsOfTheLastAnswer) {
  const auto fields =
      headers({"HTTP/1.1 302 Found\r\n", "Location: x\r\n", "HTTP/1.1 200 OK\r\n", "ETag: W/\"abc\"\r\n", "no colon",
               ": nothing", "bad name: x", "Content-Length:  12 \r\n"});
  EXPECT_EQ(fields.get("location"), "");
  EXPECT_EQ(fields.entity_tag(), "abc");
  EXPECT_EQ(fields.content_length(), 12);
  EXPECT_EQ(fields.get("bad name"), "");
  EXPECT_EQ(headers({"content-length: -1"}).content_length(), std::nullopt);
  EXPECT_EQ(headers({"content-length: 99999999999999999999"}).content_length(), std::nullopt);
  EXPECT_EQ(headers({"etag: \"a\"", "x-linked-etag: \"b\""}).entity_tag(), "b");
}

TEST(HttpHeaders, KnowsHowLongToWait) {
  EXPECT_EQ(headers({"retry-after: 7"}).retry_after_s(), 8);
  EXPECT_EQ(headers({"retry-after: Fri, 31 Dec 1999 23:59:59 GMT"}).retry_after_s(), std::nullopt);
  EXPECT_EQ(headers({"retry-after: 7", "ratelimit: \"api\";r=0;t=55"}).retry_after_s(), 56);
  EXPECT_EQ(headers({"retry-after: 999999999"}).retry_after_s(), 3601);
}

TEST(HttpHeaders, FindsTheNextPage) {
  EXPECT_EQ(headers({"link: <http://h/a?b=1,2>; rel=\"prev\", <http://h/c>; rel=\"next\""}).next_link(), "http://h/c");
  EXPECT_EQ(headers({"link: <http://h/a>; rel=\"xet-auth\""}).next_link(), "");
  EXPECT_EQ(headers({"link: <http://h/a"}).next_link(), "");
}

TEST(HttpHeaders, ReadsContentRanges) {
  const auto range = parse_content_range("bytes 5-9/100");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 5);
  EXPECT_EQ(range->last, 9);
  EXPECT_EQ(range->total, 100);
  EXPECT_EQ(parse_content_range("bytes 0-0/*")->total, -1);
  for (const char* wrong :
       {"", "bytes */100", "bytes 9-5/100", "bytes 5-100/100", "items 1-2/3", "bytes 1-2", "bytes -1/3"}) {
    EXPECT_FALSE(parse_content_range(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace slm::storage
