%% How long a wake-up takes: from the moment one process makes another one ready until that runs on an idle CPU. A
%% round: the sender sleeps, then computes, so that its own CPU is awake and all others have been idle for milliseconds;
%% then it sends, and computes on. A scheduler can interrupt it there, after some thousand calls, where the other
%% schedulers take nothing over: so the receiver can run on the sender's scheduler while the other one stays idle.
-module(bench_latency).
-export([parked/1, lingering/1]).
-import(bench_measure, [clock/0, latencies/4, latencies/5]).

-define(PAUSE, 1).
-define(COMPUTING_BEFORE, 4_000_000).
-define(COMPUTING_AFTER, 1_000_000).
-define(LULL, 10_000).
-define(LINGERING_LIMIT, 2_000_000).

%% What the receiver tells: how many letters have arrived, and on which scheduler the last one.
-define(ARRIVED, 1).
-define(SCHEDULER, 2).

compute_for(Nanoseconds) -> compute_until(clock() + Nanoseconds).

compute_until(End) ->
    case clock() < End of
        true -> compute_until(End);
        false -> ok
    end.

scheduler() -> erlang:system_info(scheduler_id).

start_receiver() ->
    Self = self(),
    Seen = atomics:new(2, []),
    {spawn_link(fun() -> receive_letters(Self, Seen, [], 0) end), Seen}.

%% Taken are the latencies of the letters that count, SameScheduler how many of them came where they were sent.
receive_letters(Main, Seen, Taken, SameScheduler) ->
    receive
        {letter, Sent, From, Counts} ->
            Latency = clock() - Sent,
            Here = scheduler(),
            atomics:put(Seen, ?SCHEDULER, Here),
            atomics:add(Seen, ?ARRIVED, 1),
            case Counts of
                true when Here =:= From -> receive_letters(Main, Seen, [Latency | Taken], SameScheduler + 1);
                true -> receive_letters(Main, Seen, [Latency | Taken], SameScheduler);
                false -> receive_letters(Main, Seen, Taken, SameScheduler)
            end;
        stop ->
            Main ! {readings, Taken, SameScheduler}
    end.

send(Receiver, Counts) ->
    From = scheduler(),
    Receiver ! {letter, clock(), From, Counts}.

arrived(Seen) -> atomics:get(Seen, ?ARRIVED).

%% Lets everything come to rest; afterwards the receiver waits for the next letter.
settle(Seen, Letters) ->
    timer:sleep(?PAUSE),
    arrived(Seen) =:= Letters orelse settle(Seen, Letters).

finish(Name, N, Start, Receiver) ->
    Receiver ! stop,
    receive
        {readings, Taken, 0} ->
            latencies(Name, N, Start, Taken);
        {readings, Taken, SameScheduler} ->
            Note = io_lib:format("; ~b of ~b ran on the scheduler that woke them", [SameScheduler, N]),
            latencies(Name, N, Start, Taken, Note)
    end.

%% The other schedulers have been asleep for 4 ms.
parked(#{n := N}) ->
    Start = clock(),
    {Receiver, Seen} = start_receiver(),
    Round = fun(I) ->
        settle(Seen, I),
        compute_for(?COMPUTING_BEFORE),
        send(Receiver, true),
        compute_for(?COMPUTING_AFTER)
    end,
    lists:foreach(Round, lists:seq(0, N - 1)),
    finish("handoff_parked", N, Start, Receiver).

%% Another scheduler ran out of work 10 us ago.
lingering(#{threads := 1}) ->
    throw({not_applicable, "handoff_lingering needs two schedulers"});
lingering(#{n := N}) ->
    Start = clock(),
    {Receiver, Seen} = start_receiver(),
    rounds(N, N + 10, 0, Receiver, Seen),
    finish("handoff_lingering", N, Start, Receiver).

rounds(0, _, _, _, _) ->
    ok;
rounds(_, 0, _, _, _) ->
    throw({not_applicable, "no other scheduler takes a woken process beside one that computes for 2 ms"});
rounds(Left, Failures, Letters, Receiver, Seen) ->
    settle(Seen, Letters),
    send(Receiver, false),
    case wait_for_other(Seen, Letters, clock() + ?LINGERING_LIMIT) of
        true ->
            compute_for(?LULL),
            send(Receiver, true),
            compute_for(?COMPUTING_AFTER),
            rounds(Left - 1, Failures, Letters + 2, Receiver, Seen);
        false ->
            rounds(Left, Failures - 1, Letters + 1, Receiver, Seen)
    end.

%% Whether another scheduler has run the receiver before End.
wait_for_other(Seen, Letters, End) ->
    case arrived(Seen) of
        Letters -> clock() < End andalso wait_for_other(Seen, Letters, End);
        _ -> atomics:get(Seen, ?SCHEDULER) =/= scheduler()
    end.
