// What each code of a diagnostic means, for `actors explain CODE`.
#include "codes.hpp"

#include <actors/config/diagnostic.hpp>

#include <algorithm>
#include <array>

namespace actors::inline v1::config {

namespace {

constexpr std::array table{
    explanation{codes::syntax, "the file is not YAML",
                "The text cannot be read as YAML, so nothing else in it was checked. The usual reasons: a tab as\n"
                "indentation (YAML takes spaces only), a bracket or a quote that is not closed, a missing ':' after a\n"
                "key, a value that holds ': ' or starts with one of @ ` % * & and is not in quotes.",
                "  with: {path: *.log}         # * starts a YAML alias\n"
                "  with: {path: \"*.log\"}       # right"},
    explanation{codes::unreadable, "the file cannot be used as text",
                "The file does not exist, is a directory, cannot be opened, is larger than 1 MiB, or holds bytes that\n"
                "are not UTF-8 text.",
                "  actors check pipelines/     # checks each file of a directory\n"
                "  actors run pipelin.yaml     # there is no such file"},
    explanation{codes::duplicate_key, "a key appears twice in one map",
                "Only one of the two values could count, and most YAML readers silently take one. Two actors of the\n"
                "same name are this mistake, too.",
                "  with: {k: 5, k: 10}         # keep one of them"},
    explanation{codes::unknown_key, "a key that does not exist",
                "A key was not recognised at this place. An actor has type, from, with, replicas and order; what\n"
                "belongs to its type stands below with.",
                "  top: {type: top_k, form: hits}           # form -> from\n"
                "  top: {type: top_k, k: 5}                 # with: {k: 5}"},
    explanation{codes::wrong_shape, "a value of the wrong shape",
                "A map was expected where there is a text or a list, or the other way round.",
                "  actors: [tail, parse]       # actors is a map: {tail: {…}, parse: {…}}"},
    explanation{
        codes::missing, "something required is missing",
        "A file needs 'version: 1' and 'actors:' with at least one actor; an actor needs 'type:'; some options\n"
        "of a type have no default.",
        "  keep: {type: filter, from: hits}                          # needs where\n"
        "  keep: {type: filter, from: hits, with: {where: 'status >= 500'}}"},
    explanation{codes::unknown_actor, "'from' names no actor",
                "Each name in 'from' is another key below 'actors:'. A port is written after a dot: NAME.PORT.",
                "  bad: {type: filter, …}\n"
                "  out: {type: stdout, from: bda}           # from: bad"},
    explanation{codes::unknown_type, "there is no such actor type",
                "`actors list` shows all types, `actors show TYPE` one of them with its ports and options.",
                "  words: {type: word}         # type: words"},
    explanation{codes::unknown_port, "an actor has no such port",
                "'from: NAME' reads the main output of an actor, 'from: NAME.PORT' another one of its outputs. A sink\n"
                "has no outputs. `actors show TYPE` lists the ports of a type.",
                "  dead: {type: stdout, from: parse.rejects}       # from: parse.rejected"},
    explanation{
        codes::port_types, "two ports do not fit",
        "Ports are typed: text (pieces of a file), records (JSON-like values), counts. What an output gives must\n"
        "be what the input takes. Where there is one obvious way to turn one into the other, it is done\n"
        "without being asked for: text becomes records line by line, counts become records when they are merged.",
        "  top: {type: top_k, from: files}                 # top_k takes counts, files gives text\n"
        "  words: {type: words, from: files}\n"
        "  count: {type: count_by, from: words}\n"
        "  top: {type: top_k, from: count}                 # right"},
    explanation{codes::unknown_option, "an actor type has no such option",
                "The keys below 'with:' are the options of the actor's type; `actors show TYPE` lists them.",
                "  top: {type: top_k, with: {n: 20}}       # with: {k: 20}"},
    explanation{
        codes::wrong_type, "a value of the wrong type",
        "Scalars are read strictly. Booleans are true and false alone (yes, no, on and off are texts). Integers\n"
        "are decimal digits without quotes, leading zeros or underscores. Durations are a number and a unit\n"
        "(500us, 200ms, 10s, 1.5m, 2h). A text may be in quotes or not.",
        "  with: {k: '5'}              # k: 5\n"
        "  with: {interval: 10}        # interval: 10s"},
    explanation{codes::out_of_range, "a value outside its limits",
                "The value has the right type, but is too small, too large, or none of the words that can stand here.",
                "  replicas: 0                 # at least 1\n"
                "  with: {format: tabel}       # format: table"},
    explanation{
        codes::bad_expression, "a condition cannot be read",
        "A condition compares fields with literals:\n"
        "  status >= 500 and not path starts_with '/health'\n"
        "  method in ['GET', 'HEAD'] or exists(user.name)\n"
        "Operators: == != < <= > >= contains starts_with ends_with matches in; and, or, not, ( ). Texts stand in\n"
        "quotes, fields do not. 'it' is the whole item. A comparison with a missing field is false.",
        "  where: 'status = 500'       # status == 500\n"
        "  where: 'verb == GET'        # verb == \"GET\""},
    explanation{
        codes::unknown_variable, "a variable that does not exist",
        "$(name) stands for the value of 'name' below 'vars:'. ${NAME} is an environment variable. A plain $( is\n"
        "written $$( instead.",
        "  vars: {log: access.log}\n"
        "  …  with: {path: \"$(lgo)\"}   # $(log)"},
    explanation{codes::variable_cycle, "a variable needs itself",
                "Variables may refer to each other, in any order, but not in a circle.",
                "  vars: {a: \"$(b)\", b: \"$(a)\"}"},
    explanation{
        codes::environment, "an environment variable is not set",
        "${NAME} needs the variable; ${NAME:-text} takes a text where it is not set or empty; ${NAME:?message}\n"
        "stops with your message.",
        "  path: \"${LOG}\"              # export LOG=…, or ${LOG:-access.log}"},
    explanation{
        codes::not_supported, "a part of the format that this version does not do yet",
        "These keys belong to the file format, but not to this version: include, restarts, restart, tests,\n"
        "runtime.http, and when_full with another word than block. They are refused rather than ignored, so that\n"
        "nobody relies on them.",
        "  from: {hits: {when_full: drop_oldest}}      # leave when_full out: it blocks"},
    explanation{
        codes::yaml_feature, "a part of YAML that pipeline files do not have",
        "A pipeline file is one document of maps, lists and scalars. Tags (!name), merge keys (<<), keys that are\n"
        "no words, and further documents (---) are refused. Anchors and aliases (&name, *name) are copies; for\n"
        "values used more than once, vars are easier to read.",
        "  k: !!int 5                  # k: 5"},
    explanation{codes::not_fed, "nothing feeds an actor",
                "The actor takes items, but has no 'from', so it would wait for ever.",
                "  show: {type: stdout}                    # add from: NAME"},
    explanation{codes::fed_source, "a source has a 'from'",
                "A source makes its items itself, from files, a clock or a network, and has no input.",
                "  files: {type: file.read, from: show}    # remove from"},
    explanation{
        codes::cycle, "actors read from each other in a circle",
        "Channels are bounded: an actor that cannot pass on its items waits. In a circle all can come to wait for\n"
        "each other, so a circle is refused. The message names the path; the caret shows the edge that closes it.",
        "  a: {type: filter, from: b, …}\n"
        "  b: {type: filter, from: a, …}"},
    explanation{codes::duplicate_edge, "the same edge twice",
                "An actor reads the same port of another one twice; every item would come twice.",
                "  out: {type: stdout, from: [a, a]}"},
    explanation{
        codes::bad_name, "a name that cannot be used",
        "Names of actors and variables are letters, digits, _ and -, and start with a letter or _. A dot is not\n"
        "possible: it separates an actor from its port.",
        "  read.log: {…}               # read_log: {…}"},
    explanation{
        codes::replicas, "replicas that are not possible",
        "With replicas, several instances of an actor share its input. Whether the items must leave in the order\n"
        "in which they came has to be said: 'order: keep' (each waits for its turn) or 'order: any'. Sources and\n"
        "sinks run once, and so does what must see all items. What gathers items (count_by) keeps no order.",
        "  parse: {type: words, from: files, replicas: 4}               # add order: keep or order: any"},
    explanation{
        codes::unusable_value, "a value that is right in form but cannot be used",
        "The actor's type has looked at the value and cannot work with it, for example because a file does not\n"
        "exist or a pattern matches none. Paths are looked up from the directory the program runs in.",
        "  with: {path: /var/log/acess.log}        # no such file"},
    explanation{
        codes::bad_override, "an argument of --set that cannot be used",
        "--set name=value sets a variable that the file has below 'vars:'; --set actors.NAME.with.OPTION=value\n"
        "sets the value at a path. The actor must be in the file. The value is read as if it stood unquoted in\n"
        "the file.",
        "  actors run access.yaml --set log=other.log --set actors.top.with.k=5"},
    explanation{
        codes::bad_reference, "a '$(' or '${' that cannot be read",
        "'$(' starts a variable, '${' an environment variable. Write $$( and $${ where a plain one is meant; any\n"
        "other $ is plain anyway. References cannot stand inside each other, but a variable may hold a\n"
        "reference.",
        "  path: $(log                 # $(log)\n"
        "  pattern: 'cost: $$(\\d+)'    # a plain $("},
    explanation{codes::too_many, "more findings than are shown", "Only the first 100 findings are shown.",
                "  (put those right and check again)"},
    explanation{
        codes::unread_output, "nothing consumes an actor",
        "The actor's items go nowhere: they are counted and dropped. That is often a 'from' that names another\n"
        "actor by mistake. Where it is meant, end the path in a sink of type null.",
        "  top: {type: top_k, from: counts}        # and no actor with from: top"},
    explanation{codes::unused_variable, "a variable that nothing refers to",
                "Often the name is misspelt where it should be used, or the variable is left over.",
                "  vars: {log: access.log}                 # and no $(log)"},
    explanation{
        codes::unread_port, "nothing consumes a side output",
        "Ports such as 'rejected' carry what an actor could not handle, with the reason. Nobody reads this one,\n"
        "so those items are counted and dropped.",
        "  dead: {type: stdout, from: parse.rejected}      # would read them"}};

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

const explanation* explain(std::string_view code) noexcept {
  const auto same = [code](const explanation& e) { return std::ranges::equal(e.code, code, {}, {}, upper); };
  const auto it = std::ranges::find_if(table, same);
  return it == table.end() ? nullptr : &*it;
}

std::span<const explanation> explanations() noexcept { return table; }

}  // namespace actors::inline v1::config
