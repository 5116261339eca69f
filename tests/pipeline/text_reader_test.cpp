// The reader of files: blocks of whole lines, words that are never cut, and what it says of files it cannot read.
#include "text_reader.hpp"

#include <actors/errors.hpp>

#include "folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace {

using actors::pipeline::text;
using actors::pipeline::text_part;
using actors::pipeline::text_reader;
using actors::pipeline::text_reader_options;
constexpr std::size_t part_size = text_reader::part_size;
constexpr std::size_t longest_line = text_reader::longest_line;

struct reading {
  std::vector<std::string> blocks;
  std::size_t files = 0;
  std::vector<std::string> notes;

  std::string all() const {
    std::string joined;
    for (const std::string& each : blocks) joined += each;
    return joined;
  }
};

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

reading read(const std::vector<std::string>& paths, text_reader_options options = {}) {
  text_reader reader{options};
  reader.find(paths);
  reading all;
  for (;;) {
    text_part part = reader.read_part();
    all.files += part.files;
    for (const text& block : part.blocks) {
      EXPECT_FALSE(block.bytes.empty());
      const auto ends = std::count(block.bytes.begin(), block.bytes.end(), '\n');
      EXPECT_EQ(block.lines, ends + (block.bytes.ends_with('\n') ? 0 : 1));
      all.blocks.emplace_back(block.bytes);
    }
    if (part.last) break;
  }
  all.notes = reader.notes();
  return all;
}

// Reads one file; checks that the blocks are the file, cut behind the end of a line, or where no word is cut.
reading read_content(const test::folder& files, const std::string& content, text_reader_options options = {}) {
  reading all = read({files.write("content", content)}, options);
  EXPECT_TRUE(all.all() == content) << "the blocks are not the file";
  for (std::size_t i = 0; i + 1 < all.blocks.size(); ++i) {
    const char before = all.blocks[i].back();
    const bool line_end = before == '\n';
    EXPECT_TRUE(line_end || !in_word(before)) << "a word may have been cut behind block " << i;
  }
  return all;
}

TEST(text_reader, reads_whole_lines) {
  const test::folder files;
  EXPECT_EQ(read_content(files, "one\ntwo\n").blocks, std::vector<std::string>{"one\ntwo\n"});
}

TEST(text_reader, gives_a_last_line_without_an_end) {
  const test::folder files;
  const reading all = read_content(files, "one\ntwo");
  EXPECT_EQ(all.blocks, (std::vector<std::string>{"one\n", "two"}));
  EXPECT_EQ(all.files, 1U);
}

TEST(text_reader, keeps_windows_line_ends_and_empty_lines) {
  const test::folder files;
  EXPECT_EQ(read_content(files, "one\r\n\r\n\ntwo\r\n").all(), "one\r\n\r\n\ntwo\r\n");
  EXPECT_EQ(read_content(files, "\n").all(), "\n");
  EXPECT_EQ(read_content(files, "\r").all(), "\r");
}

TEST(text_reader, an_empty_file_has_no_block) {
  const test::folder files;
  const std::string empty = files.write("empty", "");
  const std::string other = files.write("other", "x\n");
  const reading all = read({empty, other, empty});
  EXPECT_EQ(all.blocks, std::vector<std::string>{"x\n"});
  EXPECT_EQ(all.files, 3U);
  EXPECT_TRUE(all.notes.empty());
}

TEST(text_reader, says_when_there_was_nothing_to_read) {
  const test::folder files;
  const std::string one = files.write("d/one", "");
  EXPECT_EQ(read({one}).notes, std::vector<std::string>{"'" + one + "' is empty: there was nothing to read"});
  files.write("d/two", "");
  EXPECT_EQ(read({files.path("d")}).notes,
            std::vector<std::string>{"there was nothing to read: all 2 files are empty or were left out"});
}

TEST(text_reader, says_when_the_files_have_gone_meanwhile) {
  const test::folder files;
  std::filesystem::create_directories(files.path("emptied"));
  EXPECT_EQ(read({files.path("emptied")}).notes,
            std::vector<std::string>{"there was nothing to read: there is no file any more"});
}

TEST(text_reader, lines_that_end_at_the_end_of_a_part_stay_whole) {
  const test::folder files;
  for (const std::size_t size :
       {part_size - 2, part_size - 1, part_size, part_size + 1, 2 * part_size - 1, 2 * part_size, 2 * part_size + 1}) {
    for (const char* end : {"", "\n", "\r\n"}) {
      std::string content(size, 'a');
      for (std::size_t i = 79; i < size; i += 80) content[i] = '\n';
      content += end;
      read_content(files, content);
      content = std::string(size, 'b') + end + "next word\n";  // one line as long as the part
      read_content(files, content);
    }
  }
}

TEST(text_reader, no_word_is_cut_in_a_line_that_is_too_long) {
  const test::folder files;
  std::string content;
  for (int i = 0; content.size() < 3 * longest_line; ++i)
    content += "word" + std::to_string(i) + (i % 9 == 0 ? ", " : " ");
  const reading all = read_content(files, content);
  EXPECT_GT(all.blocks.size(), 2U);
  for (const std::string& block : all.blocks) EXPECT_LE(block.size(), longest_line + part_size);
}

TEST(text_reader, a_word_longer_than_the_longest_line_stays_whole) {
  const test::folder files;
  for (const std::size_t size :
       {longest_line - 1, longest_line, longest_line + 1, longest_line + part_size, 3 * longest_line}) {
    const std::string word(size, 'x');
    const reading all = read_content(files, "before " + word + " after\n");
    EXPECT_TRUE(std::any_of(all.blocks.begin(), all.blocks.end(), [&](const std::string& block) {
      return block.find(word) != std::string::npos;
    })) << size;
    EXPECT_EQ(read_content(files, word).blocks.size(), 1U);
  }
}

TEST(text_reader, a_character_of_several_bytes_is_not_cut) {
  const test::folder files;
  std::string content;
  while (content.size() < 2 * longest_line) content += "\xe6\x97\xa5 \xc3\xa9\xc3\xa9 ";  // no end of line
  for (const std::string& block : read_content(files, content).blocks) {
    const auto first = static_cast<unsigned char>(block.front());
    EXPECT_TRUE(first < 0x80 || first >= 0xc0);  // not in the middle of a character
  }
}

TEST(text_reader, random_files_are_read_whole) {
  const test::folder files;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random{seed};
    std::string content(random() % (4 * part_size), ' ');
    const std::uint64_t rare = 1 + random() % 200'000;
    for (char& each : content) each = random() % rare == 0 ? '\n' : "ab_ 9.\xc3\xa9\r"[random() % 9];
    read_content(files, content);
  }
}

// Time: a file without any end of line must not be looked at again and again.
TEST(text_reader, a_large_file_that_is_one_word_is_read_in_one_pass) {
  const test::folder files;
  EXPECT_EQ(read_content(files, std::string(48 * 1024 * 1024, 'x')).blocks.size(), 1U);
}

TEST(text_reader, files_follow_each_other_without_being_joined) {
  const test::folder files;
  const reading all = read({files.write("a", "ends without"), files.write("b", "starts anew\n")});
  EXPECT_EQ(all.blocks, (std::vector<std::string>{"ends without", "starts anew\n"}));
}

TEST(text_reader, a_part_holds_several_small_files) {
  const test::folder files;
  for (int i = 0; i != 100; ++i) files.write("f" + std::to_string(i), std::string(1000, 'x').append("\n"));
  text_reader reader{{}};
  reader.find({files.path()});
  const text_part part = reader.read_part();
  EXPECT_TRUE(part.last);
  EXPECT_EQ(part.files, 100U);
  EXPECT_EQ(part.blocks.size(), 100U);
}

std::string refusal(const std::vector<std::string>& paths) {
  try {
    read(paths);
  } catch (const actors::error& fault) {
    return fault.what();
  }
  return "nothing was thrown";
}

TEST(text_reader, a_binary_file_is_refused_with_the_place_and_what_to_do) {
  const test::folder files;
  const std::string file = files.write("data", std::string("some\ntext\0more\n", 15));
  EXPECT_EQ(refusal({file}), "'" + file +
                                 "' is a binary file (a NUL byte at offset 9); leave it out of 'path', or set "
                                 "'binary: skip' or 'binary: read'");
}

TEST(text_reader, a_nul_byte_is_found_anywhere_and_its_offset_is_right) {
  const test::folder files;
  for (const std::size_t at : {std::size_t{0}, part_size - 1, part_size, part_size + 1, 3 * part_size + 5}) {
    for (const bool lines : {true, false}) {
      std::string content(at + 10, 'x');
      for (std::size_t i = 50; lines && i < content.size(); i += 51) content[i] = '\n';
      content[at] = '\0';
      const std::string message = refusal({files.write("data", content)});
      EXPECT_NE(message.find("offset " + std::to_string(at) + ")"), std::string::npos) << message;
    }
  }
}

TEST(text_reader, binary_files_are_left_out_or_read_as_the_options_say) {
  const test::folder files;
  const std::string text_file = files.write("a", "text\n");
  const std::string binary = files.write("b", std::string("x\0y\n", 4));
  const std::string more = files.write("c", std::string("\0", 1));
  const reading left_out = read({text_file, binary, more}, {.skip_binary = true});
  EXPECT_EQ(left_out.all(), "text\n");
  EXPECT_EQ(left_out.files, 1U);
  EXPECT_EQ(left_out.notes, std::vector<std::string>{"left out binary files: '" + binary + "' and 1 other"});
  const reading all = read({text_file, binary, more}, {.read_binary = true});
  EXPECT_EQ(all.all(), std::string("text\nx\0y\n\0", 10));
  EXPECT_TRUE(all.notes.empty());
}

TEST(text_reader, what_cannot_be_opened_is_refused_with_the_reason_and_what_to_do) {
  const test::folder files;
  const std::string file = files.write("file", "x\n");
  const std::string message = refusal({file + "/below"});  // no directory: refused to everybody
  for (const char* part : {"cannot read", "/below", "unreadable: skip", "path"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  std::filesystem::create_symlink("loop", files.path("loop"));
  EXPECT_NE(refusal({files.path("loop")}).find("symbolic links"), std::string::npos);
}

TEST(text_reader, what_cannot_be_opened_is_left_out_and_noted_on_request) {
  const test::folder files;
  const std::string file = files.write("file", "x\n");
  const reading all = read({file + "/below", file, file + "/other", file + "/third"}, {.skip_unreadable = true});
  EXPECT_EQ(all.all(), "x\n");
  ASSERT_EQ(all.notes.size(), 1U);
  EXPECT_NE(all.notes[0].find("/below"), std::string::npos);
  EXPECT_NE(all.notes[0].find("and 2 others"), std::string::npos) << all.notes[0];
}

TEST(text_reader, a_file_that_goes_between_the_search_and_the_read_is_one_that_cannot_be_read) {
  const test::folder files;
  const std::string file = files.write("d/file", "x\n");
  text_reader reader{{}};
  reader.find({files.path("d")});
  std::filesystem::remove(file);
  EXPECT_THROW(reader.read_part(), actors::error);
}

}  // namespace
