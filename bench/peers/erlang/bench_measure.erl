%% What the workloads share: the clock, checks, computing per item.
%%
%% A workload takes a map of settings and returns {n, nanoseconds, nanoseconds of one operation}, and behind that, where
%% it has further figures, a list of their names and nanoseconds.
-module(bench_measure).
-export([clock/0, outcome/3, latencies/4, latencies/5, compute/2, calibrate/1, expect/3, sum_below/1, peak_rss_kb/0]).

clock() -> erlang:monotonic_time(nanosecond).

%% Of that many operations since Start.
outcome(N, Start, Operations) ->
    Elapsed = clock() - Start,
    {N, Elapsed, Elapsed / Operations}.

%% Of latencies in nanoseconds, one for each of N: the median, and further the 99th and the 99.9th percentile. Prints
%% what the lines on stdout do not say, and Note behind it.
latencies(Name, N, Start, Taken) -> latencies(Name, N, Start, Taken, "").

latencies(Name, N, Start, Taken, Note) ->
    Elapsed = clock() - Start,
    expect("latencies measured", length(Taken), N),
    Sorted = lists:sort(Taken),
    [P50, _, P99, P999, _] = Figures = [percentile(Sorted, Rank) || Rank <- [500, 900, 990, 999, 1000]],
    %% A machine shared with others delays some wake-ups by itself: how many tells whether a run can show a tail.
    Late = length([Each || Each <- Sorted, Each > 1_000_000]),
    Tell = "~s: p50 ~.1f us, p90 ~.1f us, p99 ~.1f us, p99.9 ~.1f us, max ~.1f us; ~b over 1 ms~s~n",
    io:format(standard_error, Tell, [Name] ++ [Each / 1000 || Each <- Figures] ++ [Late, Note]),
    {N, Elapsed, P50, [{"p99", P99}, {"p999", P999}]}.

%% Work is a number of steps, each of which depends on the one before. No number in them leaves a machine word.
compute(0, _) -> ok;
compute(Work, Seed) -> steps(Work, Seed band 16#7FFFFFF).

steps(0, _) -> ok;
steps(Left, Seed) -> steps(Left - 1, (Seed * 1103515245 + 12345) band 16#7FFFFFF).

%% The number of steps that take that long. The fastest of several trials counts: the others were disturbed.
calibrate(Nanoseconds) when Nanoseconds =:= none; Nanoseconds =:= 0 ->
    0;
calibrate(Nanoseconds) ->
    Steps = 2_000_000,
    Best = lists:min([trial(Steps, Seed) || Seed <- lists:seq(1, 10)]),
    max(1, Nanoseconds * Steps div Best).

trial(Steps, Seed) ->
    Start = clock(),
    compute(Steps, Seed),
    clock() - Start.

expect(_, Want, Want) -> ok;
expect(What, Got, Want) -> throw({not_done, io_lib:format("~s: got ~p, want ~p", [What, Got, Want])}).

%% 0 + 1 + ... + N-1.
sum_below(N) -> N * (N - 1) div 2.

%% The nearest rank, in thousandths, of sorted figures.
percentile(Sorted, OfThousand) -> lists:nth(max(1, (length(Sorted) * OfThousand + 999) div 1000), Sorted).

%% The largest resident size of this process so far, in kB.
peak_rss_kb() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Status, "VmHWM:\\s*(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kilobytes).
