//! Codes of the YAML reader.

use super::codes;

codes! {
    INVALID_YAML = "F001" "invalid-yaml" Error
        "the file is not YAML"
        "The text breaks the grammar of YAML 1.2 at this place. Typical causes are a missing space after a colon, a tab for indentation, an unclosed quote or bracket, and lines that are not indented alike.";
    DUPLICATE_KEY = "F002" "duplicate-key" Error
        "a key stands twice in one mapping"
        "YAML readers disagree about duplicate keys: most silently take the last, so the file would not mean what it shows. Keep one of the two.";
    ANCHOR = "F003" "anchor" Error
        "anchors, aliases and merge keys are not allowed"
        "With an anchor one changed line changes several places, so that reviews and `git flag diff` would lie about what a line does. Repeat the value, or share it through a segment.";
    TAG = "F004" "tag" Error
        "tags are not allowed"
        "A tag such as `!!str` changes what a value means in ways that readers treat differently. Remove it; quote a value to make it text.";
    SEVERAL_DOCUMENTS = "F005" "several-documents" Error
        "a file holds one document"
        "A second `---` starts another document, which most readers would ignore. Put it into a file of its own.";
    AMBIGUOUS_SCALAR = "F006" "ambiguous-scalar" Error
        "a plain word that other YAML readers take for something else"
        "YAML 1.1 readers, which are still common, take `on off yes no y n` for booleans, `017` for octal, `1_000`, `0b11` and `12:30` for numbers, `<<` and `=` for keys with a meaning of their own. Put quotes around the value so that every reader agrees.";
    NUMBER_OUT_OF_RANGE = "F007" "number-out-of-range" Error
        "a number that can't be kept exactly"
        "Numbers are doubles in most clients: integers beyond ±9007199254740991 lose digits, and NaN and infinity are no JSON. Use a smaller number, or text in quotes.";
    FORBIDDEN_CHARACTER = "F008" "forbidden-character" Error
        "a control or invisible character"
        "Control characters, carriage returns alone, zero-width characters and bidirectional overrides can make a file show something else than it means (CVE-2021-42574). Remove them. An escape such as \"\\u200b\" in double quotes is refused like the character itself, except for `\\t` and `\\n` in values; a regular expression can name any character, as in '\\x{200b}'.";
    TOO_LARGE = "F009" "too-large" Error
        "the file is larger than 256 KiB"
        "Large files make every reader slow and are nearly always a mistake. Split the flag, or move long lists of users to a segment.";
    TOO_DEEP = "F010" "too-deep" Error
        "nested more than 32 levels deep"
        "Nothing in the format needs that depth; such files are made to exhaust readers. Flatten the value.";
    COMPLEX_KEY = "F011" "complex-key" Error
        "a key that is not a plain word"
        "Keys are words, written `key: value` without the mark `?`. Lists and mappings as keys can't be expressed in JSON, and many YAML readers refuse them.";
    TOO_MANY_VALUES = "F012" "too-many-values" Error
        "the file holds more than 50000 values"
        "Very many values in one file make every reader slow and are nearly always a mistake. Move long lists of users to a segment.";
    TOO_MANY_PROBLEMS = "F013" "too-many-problems" Error
        "more problems than are shown"
        "After the first hundred problems in one file the others are not shown: they are likely to have one cause. Fix those that are shown and look again.";
    MERGE_CONFLICT = "F014" "merge-conflict" Error
        "a merge conflict that is not resolved"
        "Git could not join two changes and left both in the file, between the lines `<<<<<<<`, `=======` and `>>>>>>>`. Keep what is right, remove these lines, and `git add` the file. Nothing else in the file is read before.";
}
