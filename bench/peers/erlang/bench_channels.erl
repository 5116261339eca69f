%% Processes that pass numbers on. A channel is the mailbox of who receives; sending never waits.
%%
%% Where the other peers have a channel with a capacity, a sender here has that much credit, in halves: it asks with
%% the last item of a half, and who receives that item answers `more` (as GenStage asks for more at half its maximal
%% demand). So never more items than the capacity are under way, and an answer costs a message for half of it only.
%% Where they have rendezvous channels (pingpong, ring), one message is under way anyway: plain sends.
%%
%% Mailboxes off the heap (message_queue_data), which several senders fill with less locking, were slower here.
%%
%% With --work, who computes: in spsc both sides, in mpsc and select the producers, in mpmc the consumers, in pipeline
%% each of the two maps.
-module(bench_channels).
-export([pingpong/1, spsc/1, mpsc/1, mpmc/1, select/1, ring/1, pipeline/1]).
-import(bench_measure, [clock/0, outcome/3, compute/2, expect/3, sum_below/1]).

%% Producers, and consumers where there are several.
-define(PARTIES, 8).

%% Sends a counter to and fro.
pingpong(#{n := N}) ->
    Self = self(),
    Start = clock(),
    Partner = spawn_link(fun() -> answer(Self) end),
    Value = play(N, Partner, 0),
    Partner ! stop,
    receive
        stopped -> ok
    end,
    Outcome = outcome(N, Start, 2 * N),
    expect("round trips", Value, N),
    Outcome.

answer(To) ->
    receive
        Value when is_integer(Value) ->
            To ! Value + 1,
            answer(To);
        stop ->
            To ! stopped
    end.

play(0, _, Value) ->
    Value;
play(Left, Partner, Value) ->
    Partner ! Value,
    receive
        Next -> play(Left - 1, Partner, Next)
    end.

%% Sends I, I+Step, ... below N, then `ended`.
produce(To, I, Step, N, Work, Capacity) ->
    Half = max(1, Capacity div 2),
    produce(To, I, Step, N, Work, Half, Half, Capacity div Half - 1).

%% Left is how many items this half has still, Free how many halves may follow before an answer.
produce(To, I, _, N, _, _, _, _) when I >= N ->
    To ! ended;
produce(To, I, Step, N, Work, Half, 1, Free) ->
    compute(Work, I),
    To ! {I, self()},
    produce(To, I + Step, Step, N, Work, Half, Half, next_half(Free));
produce(To, I, Step, N, Work, Half, Left, Free) ->
    compute(Work, I),
    To ! I,
    produce(To, I + Step, Step, N, Work, Half, Left - 1, Free).

next_half(0) ->
    receive
        more -> 0
    end;
next_half(Free) ->
    Free - 1.

%% Receives until as many producers as are Open have ended, and gives the sum.
consume(0, Sum, _) ->
    Sum;
consume(Open, Sum, Work) ->
    receive
        Value when is_integer(Value) ->
            compute(Work, Value),
            consume(Open, Sum + Value, Work);
        {Value, From} ->
            From ! more,
            compute(Work, Value),
            consume(Open, Sum + Value, Work);
        ended ->
            consume(Open - 1, Sum, Work)
    end.

spsc(#{n := N, capacity := Capacity, work := Work}) ->
    Self = self(),
    Start = clock(),
    spawn_link(fun() -> produce(Self, 0, 1, N, Work, Capacity) end),
    Sum = consume(1, 0, Work),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, sum_below(N)),
    Outcome.

%% The producers share the capacity; each has one item at least.
mpsc(#{n := N, capacity := Capacity, work := Work}) ->
    Self = self(),
    Each = max(1, Capacity div ?PARTIES),
    Start = clock(),
    [spawn_link(fun() -> produce(Self, K, ?PARTIES, N, Work, Each) end) || K <- lists:seq(0, ?PARTIES - 1)],
    Sum = consume(?PARTIES, 0, 0),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, sum_below(N)),
    Outcome.

%% No mailbox has several receivers. Each consumer asks each producer for items, and again with each one that comes; a
%% producer sends to whoever has asked first. So a consumer that is slow gets less, but what it asked for waits at it.
mpmc(#{n := N, capacity := Capacity, work := Work}) ->
    Self = self(),
    Each = max(1, Capacity div (?PARTIES * ?PARTIES)),
    Parties = lists:seq(0, ?PARTIES - 1),
    Start = clock(),
    Producers = [spawn_link(fun() -> serve(K, N) end) || K <- Parties],
    Consumers = [spawn_link(fun() -> take_part(Self, Producers, Each, Work) end) || _ <- Parties],
    [Producer ! {consumers, Consumers} || Producer <- Producers],
    Sum = lists:sum([receive_sum(Consumer) || Consumer <- Consumers]),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, sum_below(N)),
    Outcome.

receive_sum(From) ->
    receive
        {sum, From, Sum} -> Sum
    end.

serve(I, N) when I < N ->
    receive
        Consumer when is_pid(Consumer) ->
            Consumer ! {I, self()},
            serve(I + ?PARTIES, N)
    end;
serve(_, _) ->
    receive
        {consumers, Consumers} -> [Consumer ! ended || Consumer <- Consumers]
    end,
    refuse().

%% Requests that come too late.
refuse() ->
    receive
        _ -> refuse()
    end.

take_part(To, Producers, Each, Work) ->
    [Producer ! self() || Producer <- Producers, _ <- lists:seq(1, Each)],
    To ! {sum, self(), consume_asking(?PARTIES, 0, Work)}.

consume_asking(0, Sum, _) ->
    Sum;
consume_asking(Open, Sum, Work) ->
    receive
        {Value, From} ->
            From ! self(),
            compute(Work, Value),
            consume_asking(Open, Sum + Value, Work);
        ended ->
            consume_asking(Open - 1, Sum, Work)
    end.

%% The channels of eight producers are one mailbox, and its receive selects: each message tells its channel, and each
%% channel has a credit of its own.
select(#{n := N, capacity := Capacity, work := Work}) ->
    Self = self(),
    Half = max(1, Capacity div 2),
    Free = Capacity div Half - 1,
    Start = clock(),
    [
        spawn_link(fun() -> produce_on(K, Self, K, N, Work, Half, Half, Free) end)
     || K <- lists:seq(0, ?PARTIES - 1)
    ],
    Sum = select_all(?PARTIES, 0),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, sum_below(N)),
    Outcome.

produce_on(Channel, To, I, N, _, _, _, _) when I >= N ->
    To ! {Channel, ended};
produce_on(Channel, To, I, N, Work, Half, 1, Free) ->
    compute(Work, I),
    To ! {Channel, I, self()},
    produce_on(Channel, To, I + ?PARTIES, N, Work, Half, Half, next_half(Free));
produce_on(Channel, To, I, N, Work, Half, Left, Free) ->
    compute(Work, I),
    To ! {Channel, I},
    produce_on(Channel, To, I + ?PARTIES, N, Work, Half, Left - 1, Free).

select_all(0, Sum) ->
    Sum;
select_all(Open, Sum) ->
    receive
        {Channel, Value} when Channel < ?PARTIES, is_integer(Value) ->
            select_all(Open, Sum + Value);
        {Channel, Value, From} when Channel < ?PARTIES ->
            From ! more,
            select_all(Open, Sum + Value);
        {Channel, ended} when Channel < ?PARTIES ->
            select_all(Open - 1, Sum)
    end.

%% Passes one token N times around 503 processes.
ring(#{n := N}) ->
    Members = 503,
    Self = self(),
    Start = clock(),
    First = spawn_link(fun() ->
        receive
            {next, Second} -> pass_on(0, Second, Self)
        end
    end),
    Link = fun(K, Next) -> spawn_link(fun() -> pass_on(K, Next, Self) end) end,
    Second = lists:foldl(Link, First, lists:seq(Members - 1, 1, -1)),
    First ! {next, Second},
    First ! N,
    Last =
        receive
            {ended, K} -> K
        end,
    Outcome = outcome(N, Start, N),
    expect("member that had the token last", Last, N rem Members),
    Outcome.

pass_on(K, Next, Main) ->
    receive
        0 ->
            Main ! {ended, K};
        Left ->
            Next ! Left - 1,
            pass_on(K, Next, Main)
    end.

%% A source, two maps and a sink.
pipeline(#{n := N, capacity := Capacity, work := Work}) ->
    Self = self(),
    Half = max(1, Capacity div 2),
    Free = Capacity div Half - 1,
    Start = clock(),
    Raise = spawn_link(fun() -> map(Self, fun(Value) -> Value + 1 end, Work, Half, Half, Free) end),
    Double = spawn_link(fun() -> map(Raise, fun(Value) -> 2 * Value end, Work, Half, Half, Free) end),
    spawn_link(fun() -> produce(Double, 0, 1, N, 0, Capacity) end),
    Sum = consume(1, 0, 0),
    Outcome = outcome(N, Start, N),
    expect("sum", Sum, 2 * sum_below(N) + N),
    Outcome.

map(To, Function, Work, Half, Left, Free) ->
    receive
        Value when is_integer(Value) ->
            give(Value, To, Function, Work, Half, Left, Free);
        {Value, From} ->
            From ! more,
            give(Value, To, Function, Work, Half, Left, Free);
        ended ->
            To ! ended
    end.

give(Value, To, Function, Work, Half, 1, Free) ->
    compute(Work, Value),
    To ! {Function(Value), self()},
    map(To, Function, Work, Half, Half, next_half(Free));
give(Value, To, Function, Work, Half, Left, Free) ->
    compute(Work, Value),
    To ! Function(Value),
    map(To, Function, Work, Half, Left - 1, Free).
