// Completion of the command line in shells: a script that asks coset, and what coset answers.
import { Argument, type Command, type Option } from 'commander';
import { dump } from 'js-yaml';

interface Suggestion {
  text: string;
  description: string;
}

/**
 * The scripts need nothing beside the shell, and complete the names of files where coset has nothing to suggest. Bash takes
 * --option=value for three words.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_coset() {
  local IFS=$'\\n' current=\${COMP_WORDS[COMP_CWORD]#=} word words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == = ]] || words+=("$word"); done
  COMPREPLY=($(compgen -W "$(coset complete -- "\${words[@]}" "$current" 2>/dev/null | cut -f1)" -- "$current"))
}
complete -o default -F _coset coset
`,
  zsh: `#compdef coset
_coset() {
  local -a lines
  lines=(\${(f)"$(coset complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#lines )); then
    lines=("\${(@)\${(@)lines//:/\\\\:}//$'\\t'/:}")
    _describe coset lines
  else
    _files
  fi
}
if [[ $funcstack[1] == _coset ]]; then _coset "$@"; else compdef _coset coset; fi
`,
  fish: `function __coset_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (coset complete -- $words[2..] 2>/dev/null)
  if test (count $lines) -gt 0
    printf '%s\\n' $lines
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c coset -f -a '(__coset_complete)'
`,
};

/** Adds `completion SHELL`, which prints a script, and what that script calls. */
export function addCompletion(program: Command, output: Option, examples: string): void {
  program
    .command('completion')
    .description('print the script by which a shell completes what is typed after coset')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addOption(output)
    .addHelpText('after', examples)
    .action((shell: string, options: { output: 'json' | 'yaml' | 'table' }) => {
      process.stdout.write(printed(shell, options.output));
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => {
      for (const { text, description } of suggestionsFor(program, words))
        process.stdout.write(`${text}\t${description}\n`);
    });
}

function printed(shell: string, output: 'json' | 'yaml' | 'table'): string {
  const script = SCRIPTS[shell]!;
  switch (output) {
    case 'json':
      return `${JSON.stringify({ shell, script }, null, 2)}\n`;
    case 'yaml':
      return dump({ shell, script }, { lineWidth: -1 });
    case 'table':
      return script;
  }
}

/** What the last of the words after coset can be; it may have begun. Nothing where it is a name that somebody has chosen. */
function suggestionsFor(program: Command, words: readonly string[]): Suggestion[] {
  const current = words.at(-1) ?? '';
  const { command, operands, option } = positionOf(program, words.slice(0, -1));
  const help = program.createHelp();
  const begun = ({ text }: Suggestion) => text.startsWith(current);
  const choices = (texts: readonly string[] | undefined, before = '') =>
    (texts ?? []).map((text) => ({ text: before + text, description: '' })).filter(begun);
  if (option !== undefined) return choices(option.argChoices);
  if (current.startsWith('-')) {
    const [name = ''] = current.split('=', 1);
    if (current.includes('=')) return choices(optionOf(command, name)?.argChoices, `${name}=`);
    const options = [...help.visibleOptions(command)];
    return options.map(({ long, description }) => ({ text: long ?? '', description })).filter(begun);
  }
  const commands = help
    .visibleCommands(command)
    .map((one) => ({ text: one.name(), description: one.description() }));
  if (commands.length > 0) return operands === 0 ? commands.filter(begun) : [];
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[operands] ?? (last?.variadic ? last : undefined);
  return choices(argument?.argChoices);
}

/** The command that words begin, how many operands they have given it, and the option that waits for its value. */
function positionOf(program: Command, words: readonly string[]) {
  let command = program;
  let operands = 0;
  let option: Command['options'][number] | undefined;
  for (const word of words) {
    const isValue = option !== undefined;
    option = undefined;
    if (isValue) continue;
    if (word.startsWith('-') && word !== '-') {
      const found = optionOf(command, word);
      if (found?.required) option = found;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) operands++;
    else command = next;
  }
  return { command, operands, option };
}

function optionOf(command: Command, flag: string): Command['options'][number] | undefined {
  return command.options.find(({ short, long }) => flag === short || flag === long);
}
