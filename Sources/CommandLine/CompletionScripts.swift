/// The scripts that teach a shell to complete a program's command line. Each asks the program itself,
/// by its hidden command `__complete`, which prints a candidate a line, a tab and its meaning, and last a
/// colon and a number: 1 error, 2 no space behind it, 4 no file names, 16 only folders.
public enum CompletionScripts {
  public static func bash(_ program: String) -> String {
    """
    # bash completion for \(program); made by: \(program) completion bash
    __\(program)_complete() {
        local line=${COMP_LINE:0:COMP_POINT} current directive candidate
        local -a words found
        read -ra words <<<"$line"
        case $line in *[[:space:]]) words+=("") ;; esac
        current=${words[-1]}
        mapfile -t found < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
        [ ${#found[@]} -gt 0 ] || return
        directive=${found[-1]#:}
        unset 'found[-1]'
        case $current in --*=*) current=${current#*=} ;; esac
        COMPREPLY=()
        for candidate in "${found[@]}"; do
            candidate=${candidate%%$'\\t'*}
            case $candidate in "$current"*) COMPREPLY+=("$candidate") ;; esac
        done
        # Bash replaces only what stands behind the last of its word breaks.
        case $current in
        *:*) local head=${current%"${current##*:}"}
            [[ $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"$head"}") ;;
        esac
        [ $((directive & 2)) -eq 0 ] || compopt -o nospace
        if [ ${#COMPREPLY[@]} -eq 0 ]; then
            if [ $((directive & 16)) -ne 0 ]; then
                compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current")
            elif [ $((directive & 4)) -eq 0 ]; then
                compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current")
            fi
        fi
    }
    complete -F __\(program)_complete \(program)

    """
  }

  public static func zsh(_ program: String) -> String {
    """
    #compdef \(program)
    # zsh completion for \(program); made by: \(program) completion zsh
    _\(program)() {
        local -a found candidates
        local directive line word current=${words[CURRENT]}
        found=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
        [ ${#found[@]} -gt 0 ] || return 1
        directive=${found[-1]#:}
        found[-1]=()
        if [[ $current == --*=* ]]; then compset -P '*='; fi
        for line in "${found[@]}"; do
            [ -n "$line" ] || continue
            word=${line%%$'\\t'*}
            if [[ $line == *$'\\t'* ]]; then
                candidates+=("${word//:/\\\\:}:${line#*$'\\t'}")
            else
                candidates+=("${word//:/\\\\:}")
            fi
        done
        if [ ${#candidates[@]} -gt 0 ]; then
            if [ $((directive & 2)) -ne 0 ]; then _describe '\(program)' candidates -S ''
            else _describe '\(program)' candidates; fi
        elif [ $((directive & 16)) -ne 0 ]; then _files -/
        elif [ $((directive & 4)) -eq 0 ]; then _files
        fi
    }
    if [ "$funcstack[1]" = "_\(program)" ]; then _\(program); else compdef _\(program) \(program); fi

    """
  }

  public static func fish(_ program: String) -> String {
    """
    # fish completion for \(program); made by: \(program) completion fish
    function __\(program)_complete
        set -l words (commandline -opc) (commandline -ct)
        set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
        test (count $found) -gt 0; or return
        set -l directive (string sub -s 2 -- $found[-1])
        set -e found[-1]
        set -l current (commandline -ct)
        set -l head ''
        if string match -q -- '--*=*' $current
            set head (string replace -r -- '=.*' '=' $current)
        end
        if test (count $found) -gt 0
            printf '%s\\n' $head$found
        else if test (math "floor($directive / 16) % 2") -eq 1
            __fish_complete_directories (string replace -- $head '' $current)
        else if test (math "floor($directive / 4) % 2") -eq 0
            __fish_complete_path (string replace -- $head '' $current)
        end
    end
    complete -c \(program) -e
    complete -c \(program) -f -a '(__\(program)_complete)'

    """
  }
}
