%% What the runtime costs that has nothing to do. It looks at itself, which costs more than being idle: so the figure is
%% the difference of a long and a short pause between two looks, and is good to a millisecond or two.
-module(bench_idle).
-export([idle_cpu/1]).
-import(bench_measure, [clock/0, expect/3, sum_below/1]).

-define(LETTERS, 1000).
%% Milliseconds.
-define(SHORT, 500).

%% {threads, nanoseconds of CPU time, context switches} of all threads of this process so far.
look() ->
    {ok, Threads} = file:list_dir("/proc/self/task"),
    Each = [look(filename:join("/proc/self/task", Thread)) || Thread <- Threads],
    {length(Each), lists:sum([Time || {Time, _} <- Each]), lists:sum([Switches || {_, Switches} <- Each])}.

look_after(Milliseconds) ->
    timer:sleep(Milliseconds),
    look().

look(Thread) ->
    {ok, Schedstat} = file:read_file(filename:join(Thread, "schedstat")),
    [Time | _] = string:lexemes(Schedstat, " "),
    {ok, Status} = file:read_file(filename:join(Thread, "status")),
    {match, Counts} = re:run(Status, "ctxt_switches:\\s*(\\d+)", [global, {capture, all_but_first, list}]),
    {binary_to_integer(Time), lists:sum([list_to_integer(Count) || [Count] <- Counts])}.

%% Some of everything that can leave something running: processes, messages, timers.
some_work() ->
    Self = self(),
    Pass = fun(I) ->
        spawn_link(fun() ->
            timer:sleep(1),
            Self ! {letter, I}
        end)
    end,
    lists:foreach(Pass, lists:seq(0, ?LETTERS - 1)),
    Sum = lists:sum([
        receive
            {letter, I} -> I
        end
     || _ <- lists:seq(1, ?LETTERS)
    ]),
    expect("sum of the letters", Sum, sum_below(?LETTERS)).

%% The figure is the CPU time in a second; what woke up stands on stderr. One process waits for a message, one sleeps.
idle_cpu(#{n := N}) ->
    some_work(),
    spawn_link(fun() ->
        receive
            never -> ok
        end
    end),
    spawn_link(fun() -> timer:sleep(3600 * 24 * 1000) end),
    {_, Time0, Switches0} = look_after(1000),
    {_, Time1, Switches1} = look_after(?SHORT),
    Start = clock(),
    {Threads, Time2, Switches2} = look_after(?SHORT + N * 1000),
    Elapsed = clock() - Start,
    Used = max(0, Time2 - Time1 - (Time1 - Time0)),
    Switches = max(0, Switches2 - Switches1 - (Switches1 - Switches0)),
    io:format(standard_error, "idle_cpu: ~b threads, ~b context switches, ~.3f ms of CPU time in ~.1f s~n", [
        Threads, Switches, Used / 1.0e6, float(N)
    ]),
    {N, Elapsed, Used / N}.
