%% Processes that come and go. Each says that it has ended, or its result, with a message to who waits for it, which is
%% cheaper than a monitor. Where a million do so at once, one atomic counts them: a mailbox as long takes many seconds.
%% The script that starts this makes the heap of new processes small for those workloads.
-module(bench_processes).
-export([spawn_join/1, skynet/1, sleep_two_seconds/1, sleep_ten_seconds/1, fib/1, fib_inline/1]).
-import(bench_measure, [clock/0, outcome/3, compute/2, expect/3, sum_below/1]).

-define(BATCH, 1000).
-define(LEAVES, 1_000_000).
-define(CHILDREN, 10).

%% Spawns processes, a thousand at a time, and waits for each batch.
spawn_join(#{n := N, work := Work}) ->
    Start = clock(),
    Sum = batches(0, N, Work, 0),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, sum_below(N)),
    Outcome.

batches(N, N, _, Sum) ->
    Sum;
batches(First, N, Work, Sum) ->
    End = min(First + ?BATCH, N),
    spawn_each(First, End, Work, self()),
    batches(End, N, Work, receive_sum(End - First, Sum)).

spawn_each(End, End, _, _) ->
    ok;
spawn_each(I, End, Work, To) ->
    Function = fun() ->
        compute(Work, I),
        To ! I
    end,
    spawn(Function),
    spawn_each(I + 1, End, Work, To).

receive_sum(0, Sum) ->
    Sum;
receive_sum(Left, Sum) ->
    receive
        Value -> receive_sum(Left - 1, Sum + Value)
    end.

%% A tree of processes, ten children each, with a million leaves. N is how many trees, one after another.
skynet(#{n := N}) ->
    Start = clock(),
    trees(N),
    outcome(N, Start, N * ?LEAVES).

trees(0) ->
    ok;
trees(Left) ->
    Self = self(),
    spawn(fun() -> grow(Self, 0, ?LEAVES) end),
    expect("sum of the leaves", receive_sum(1, 0), sum_below(?LEAVES)),
    trees(Left - 1).

%% Sends up the sum of the leaves First to First+Size-1.
grow(Up, First, 1) ->
    Up ! First;
grow(Up, First, Size) ->
    Self = self(),
    Part = Size div ?CHILDREN,
    [spawn(fun() -> grow(Self, First + K * Part, Part) end) || K <- lists:seq(0, ?CHILDREN - 1)],
    Up ! receive_sum(?CHILDREN, 0).

sleep_two_seconds(Params) -> sleep(Params, 2000).
sleep_ten_seconds(Params) -> sleep(Params, 10_000).

%% N processes sleep that many milliseconds and are then waited for. The time that counts is the time over the sleep.
sleep(#{n := N}, Milliseconds) ->
    Self = self(),
    Woken = atomics:new(1, []),
    Doze = fun() ->
        timer:sleep(Milliseconds),
        atomics:add_get(Woken, 1, 1) =:= N andalso (Self ! all_woken)
    end,
    Start = clock(),
    spawn_sleepers(N, Doze),
    receive
        all_woken -> ok
    end,
    Over = clock() - Start - Milliseconds * 1_000_000,
    expect("processes that woke", atomics:get(Woken, 1), N),
    Over >= 0 orelse throw({not_done, io_lib:format("all woke ~b ns too early", [-Over])}),
    {N, Over, Over / N}.

spawn_sleepers(0, _) ->
    ok;
spawn_sleepers(Left, Doze) ->
    spawn(Doze),
    spawn_sleepers(Left - 1, Doze).

%% A Fibonacci number by fork and join without a cut-off: each call is a process. n is the number of calls, which the
%% smallest argument that takes as many rounds up.
fib(Params) -> fib_by(fun fork/2, Params).

%% The same as one would write it: the second of two calls is made by the process itself.
fib_inline(Params) -> fib_by(fun(To, N) -> To ! fork_inline(N) end, Params).

fib_by(Function, #{n := N}) ->
    {Argument, Calls, Want} = argument_for(N, 0, 1, 1, 0, 1),
    Self = self(),
    Start = clock(),
    spawn(fun() -> Function(Self, Argument) end),
    Got = receive_sum(1, 0),
    Outcome = outcome(Calls, Start, Calls),
    expect("fib", Got, Want),
    Outcome.

argument_for(N, Argument, Calls, _, Want, _) when Calls >= N -> {Argument, Calls, Want};
argument_for(N, Argument, Calls, NextCalls, Want, Next) ->
    argument_for(N, Argument + 1, NextCalls, Calls + NextCalls + 1, Next, Want + Next).

%% Sends the N-th number to who waits for it.
fork(To, N) when N < 2 ->
    To ! N;
fork(To, N) ->
    Self = self(),
    spawn(fun() -> fork(Self, N - 1) end),
    spawn(fun() -> fork(Self, N - 2) end),
    To ! receive_sum(2, 0).

%% The process may wait for several at once: each tells which it is.
fork_inline(N) when N < 2 ->
    N;
fork_inline(N) ->
    Self = self(),
    Left = spawn(fun() -> Self ! {self(), fork_inline(N - 1)} end),
    Right = fork_inline(N - 2),
    receive
        {Left, Value} -> Value + Right
    end.
