%% What the workloads share: the clock, checks, computing per item.
%%
%% A workload takes a map of settings and returns {n, nanoseconds, nanoseconds of one operation}.
-module(bench_measure).
-export([clock/0, outcome/3, compute/2, calibrate/1, expect/3, sum_below/1, percentile/2, peak_rss_kb/0]).

clock() -> erlang:monotonic_time(nanosecond).

%% Of that many operations since Start.
outcome(N, Start, Operations) ->
    Elapsed = clock() - Start,
    {N, Elapsed, Elapsed / Operations}.

%% Work is a number of steps, each of which depends on the one before. No number in them leaves a machine word.
compute(0, _) -> ok;
compute(Work, Seed) -> steps(Work, Seed band 16#7FFFFFF).

steps(0, _) -> ok;
steps(Left, Seed) -> steps(Left - 1, (Seed * 1103515245 + 12345) band 16#7FFFFFF).

%% The number of steps that take that long. The fastest of several trials counts: the others were disturbed.
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

%% The nearest rank, of sorted figures.
percentile(Sorted, Percent) -> lists:nth(max(1, (length(Sorted) * Percent + 99) div 100), Sorted).

%% The largest resident size of this process so far, in kB.
peak_rss_kb() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Status, "VmHWM:\\s*(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kilobytes).
