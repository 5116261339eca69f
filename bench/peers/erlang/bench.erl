%% bench: runs one of the project's benchmark workloads as an Erlang program would be written for it.
%%
%%     bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]
%%
%% It prints one line of six fields with tabs between them:
%%
%%     erlang WORKLOAD n seconds ns_per_op peak_rss_kb
%%
%% (one for each part of it, where a workload stands for several). ns_per_op is seconds over the number of operations,
%% but for latencies the median, and for idle_cpu the CPU time in a second. Latencies have two more lines, with the 99th
%% and the 99.9th percentile as ns_per_op of WORKLOAD_p99 and WORKLOAD_p999.
%%
%% Sums and counts are checked. Exit status: 0 the work was done, 1 it was not, 2 wrong usage, 3 the workload does not
%% apply to Erlang. What differs in all workloads: Erlang has no channels, a process has one mailbox without a bound.
%% See bench_channels for how far a sender gets ahead. --threads is the number of schedulers; they have their defaults.
-module(bench).
-export([main/0]).

%% Name, function, default n, default capacity (none: not looked at), default nanoseconds of --work (none: not taken).
workloads() ->
    [
        {"pingpong_unbuffered", fun bench_channels:pingpong/1, 1_000_000, none, none},
        {"spsc_buffered", fun bench_channels:spsc/1, 10_000_000, 64, 0},
        {"mpsc", fun bench_channels:mpsc/1, 8_000_000, 64, 0},
        {"mpmc", fun bench_channels:mpmc/1, 8_000_000, 64, 0},
        {"select", fun bench_channels:select/1, 4_000_000, 16, 0},
        {"ring", fun bench_channels:ring/1, 5_000_000, none, none},
        {"spawn_join", fun bench_processes:spawn_join/1, 1_000_000, none, 0},
        {"skynet", fun bench_processes:skynet/1, 1, none, none},
        {"million_sleep", fun bench_processes:sleep_ten_seconds/1, 1_000_000, none, none},
        {"million_sleep2", fun bench_processes:sleep_two_seconds/1, 1_000_000, none, none},
        {"pipeline", fun bench_channels:pipeline/1, 4_000_000, 64, 0},
        {"blocking", no_threads(), 100_000, none, none},
        {"blocking_ticker", no_threads(), 10_000, none, none},
        {"fib", fun bench_processes:fib/1, 7_049_155, none, none},
        {"fib_inline", fun bench_processes:fib_inline/1, 7_049_155, none, none},
        {"handoff_parked", fun bench_latency:parked/1, 1000, none, none},
        {"handoff_lingering", fun bench_latency:lingering/1, 1000, none, none},
        {"futex_handover", not_applicable("it measures the machine, not Erlang"), 1000, none, none},
        {"foreign_wake", not_applicable("every thread that runs Erlang code is a scheduler"), 1000, none, none},
        {"request_load", fun bench_load:request_load/1, 100_000, none, 20_000},
        {"timer_accuracy", fun bench_load:timer_accuracy/1, 2000, none, none},
        {"idle_cpu", fun bench_idle:idle_cpu/1, 60, none, none}
    ].

%% Names for several workloads, which are run one after another.
suites() -> [{"handoff_latency", ["handoff_parked", "handoff_lingering"]}].

%% These stand in the list so that a driver gets a clear answer.
not_applicable(Reason) -> fun(_) -> throw({not_applicable, Reason}) end.

no_threads() -> not_applicable("no Erlang code blocks its thread; only native code could, which would not be Erlang").

main() ->
    try
        run(init:get_plain_arguments()),
        halt(0)
    catch
        throw:{not_done, Text} -> fail(1, Text);
        throw:{wrong_usage, Text} -> fail(2, [Text, "\n", usage()]);
        throw:{not_applicable, Text} -> fail(3, ["not applicable: ", Text])
    end.

fail(Status, Text) ->
    io:format(standard_error, "bench: ~ts~n", [Text]),
    halt(Status).

wrong(Text) -> throw({wrong_usage, Text}).

usage() ->
    Names = [element(1, Each) || Each <- workloads() ++ suites()],
    [
        "usage: bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]\n"
        "D is a time of computing per item, for example 1us. Workloads: ",
        lists:join(" ", lists:sort(Names))
    ].

run([]) ->
    wrong("no workload given");
run([Name | Words]) ->
    Parts = proplists:get_value(Name, suites(), [Name]),
    lists:foreach(fun(Part) -> run_one(Part, Words) end, Parts).

run_one(Name, Words) ->
    case lists:keyfind(Name, 1, workloads()) of
        false ->
            wrong(["there is no workload '", Name, "'"]);
        {_, Run, N, Capacity, Each} ->
            Usual = #{n => N, threads => 2, capacity => Capacity, time_of_work => Each},
            #{capacity := Room, time_of_work := Time} = Params = read_options(Name, Words, Usual),
            (Capacity =:= none) orelse (Room > 0) orelse
                throw({not_applicable, "with a credit of 0 nothing is ever sent: the least capacity is 1"}),
            case Run(Params#{work => bench_measure:calibrate(Time)}) of
                {Size, Nanoseconds, PerOperation} ->
                    show(Name, Size, Nanoseconds, PerOperation);
                {Size, Nanoseconds, PerOperation, Further} ->
                    show(Name, Size, Nanoseconds, PerOperation),
                    [show([Name, "_", Other], Size, Nanoseconds, Figure) || {Other, Figure} <- Further]
            end
    end.

show(Name, Size, Nanoseconds, PerOperation) ->
    io:format("erlang\t~s\t~b\t~.6f\t~.1f\t~b~n", [
        Name, Size, Nanoseconds / 1.0e9, float(PerOperation), bench_measure:peak_rss_kb()
    ]).

read_options(_, [], Params) ->
    Params;
read_options(Name, [Option, Value | Words], #{time_of_work := Each} = Params) ->
    Set =
        case Option of
            "--n" -> Params#{n := number(Option, Value, 1)};
            "--threads" -> Params#{threads := number(Option, Value, 1)};
            "--capacity" -> Params#{capacity := number(Option, Value, 0)};
            "--work" when Each =/= none -> Params#{time_of_work := nanoseconds(Option, Value)};
            _ -> wrong([Name, " does not take '", Option, "'"])
        end,
    read_options(Name, Words, Set);
read_options(_, [Option], _) ->
    wrong(["an option without its value: '", Option, "'"]).

number(Option, Text, Least) ->
    case string:to_integer(Text) of
        {Value, ""} when is_integer(Value), Value >= Least -> Value;
        _ -> wrong(io_lib:format("~s: expected a number from ~b, found '~ts'", [Option, Least, Text]))
    end.

nanoseconds(Option, Text) ->
    case string:to_integer(Text) of
        {Value, "ns"} when is_integer(Value), Value > 0 -> Value;
        {Value, "us"} when is_integer(Value), Value > 0 -> Value * 1000;
        {Value, "ms"} when is_integer(Value), Value > 0 -> Value * 1_000_000;
        _ -> wrong([Option, ": expected a time such as 1us (ns, us or ms), found '", Text, "'"])
    end.
