export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Each script asks `kindbox complete` for what may follow: a line a candidate, its description behind a tab;
 * the line `:files` asks the shell for its own completion of paths.
 */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# kindbox completion for bash. Use it with: source <(kindbox completion bash)
_kindbox() {
  local IFS=$'\\n' line words=("\${COMP_WORDS[@]:1:COMP_CWORD}") cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r line; do
    if [ "$line" = :files ]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY+=($(compgen -f -- "$cur"))
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(kindbox complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _kindbox kindbox
`,
  zsh: `#compdef kindbox
# kindbox completion for zsh. Use it with: source <(kindbox completion zsh)
_kindbox() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    elif [[ $line == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done < <(kindbox complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe kindbox found
}
compdef _kindbox kindbox
`,
  fish: `# kindbox completion for fish. Use it with: kindbox completion fish | source
function __kindbox_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (kindbox complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c kindbox -f -a '(__kindbox_complete)'
`,
};

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
