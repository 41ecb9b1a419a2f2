complete --keep-order --exclusive --command git-flag --arguments "(COMPLETE=fish git-flag -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"

function __git_flag_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l at (contains --index -- flag $words)
    set -l rest $words[(math $at + 1)..-1]
    COMPLETE=fish git-flag -- git-flag $rest (commandline --current-token)
end
complete --command git --no-files --condition '__fish_seen_subcommand_from flag' --arguments '(__git_flag_complete)'
