//! Codes of imports and exports.

use super::codes;

codes! {
    NOT_CARRIED_OVER = "F320" "not-carried-over" Error
        "a construct of the other system has no equivalent"
        "An import never guesses: a flag that could not answer exactly as its source does is left out, and so is an answer that only the source can give. The message names the construct, what it means and what to do. Nothing is written while there are such items, unless `--partial` says that the rest is wanted.";
    CARRIED_OVER_OTHERWISE = "F321" "carried-over-otherwise" Warning
        "something is carried over, but differs from its source"
        "The construct is there, and differs in the way that the message says: a name that had to be written otherwise, say, or what is served where the source leaves the answer to its caller.";
    DETAIL_LEFT_OUT = "F322" "detail-left-out" Info
        "a detail that evaluation does not depend on is left out"
        "The flag answers as in its source. Something beside, such as a setting for metrics, has no place in the files of this tool.";
    NO_FLAGS_READ = "F323" "no-flags-read" Error
        "the files hold no flags of that source"
        "Nothing in the files looks like flags of the system that `--from` names. The message says what was expected; check that the export is the right one.";
    NOT_EXPORTABLE = "F324" "not-exportable" Error
        "a flag has no equivalent in the target format"
        "An export never guesses either: a flag that the target could not evaluate the same is not written. The message names the reason. Change the flag, or name the keys to export.";
}
