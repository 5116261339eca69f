%% How long things take while others go on: requests beside requests, and sleeps.
%%
%% No mailbox has several receivers: so a process hands the requests on, each to the server that became idle last, and
%% keeps those for which there is none. Each client waits for its answer before it sends again; so where the other
%% peers have a channel of capacity 64, nothing here needs a bound. The answer goes from the server straight to the
%% client.
%%
%% Erlang's timers have a grid of whole milliseconds: a time is rounded up to it, so that half of one on average is
%% added to each sleep. Timers for an absolute time, as here, are not rounded once more, as `receive after` is.
-module(bench_load).
-export([request_load/1, timer_accuracy/1]).
-import(bench_measure, [clock/0, compute/2, expect/3, latencies/4]).

%% For each scheduler: many clients, so that their requests come as if from nowhere, and servers enough for all.
-define(CLIENTS_OF_EACH, 32).
-define(SERVERS_OF_EACH, 4).

-define(MASK, 16#FFFFFFFFFFFFFFFF).

%% splitmix64: numbers that look random, the same in each run and in each peer. Gives one in [0, 1) and the next state.
dice(State) ->
    Next = (State + 16#9E3779B97F4A7C15) band ?MASK,
    A = ((Next bxor (Next bsr 30)) * 16#BF58476D1CE4E5B9) band ?MASK,
    B = ((A bxor (A bsr 27)) * 16#94D049BB133111EB) band ?MASK,
    {((B bxor (B bsr 31)) bsr 11) / (1 bsl 53), Next}.

%% That many lengths, in nanoseconds, made of such numbers by a function.
lengths(0, _, _) ->
    [];
lengths(Left, State, Length) ->
    {Number, Next} = dice(State),
    [trunc(Length(Number)) | lengths(Left - 1, Next, Length)].

%% Clients that ask servers, which keeps half of the time of all schedulers busy with computing.
request_load(#{n := N, threads := Threads, work := Work, time_of_work := TimeOfWork}) ->
    Clients = ?CLIENTS_OF_EACH * Threads,
    Each = (N + Clients - 1) div Clients,
    %% One request in 2 * work / schedulers.
    MeanGap = TimeOfWork * 2 * Clients div Threads,
    %% Drawn before the time counts: numbers of 64 bits are slow here.
    Draw = fun(Seed) -> lengths(Each, Seed, fun(Number) -> -math:log(1 - Number) * MeanGap end) end,
    AllGaps = lists:map(Draw, lists:seq(0, Clients - 1)),
    Self = self(),
    Requests = spawn_link(fun() -> hand_on(queue:new(), []) end),
    [spawn_link(fun() -> serve(Requests, Work) end) || _ <- lists:seq(1, ?SERVERS_OF_EACH * Threads)],
    Start = clock(),
    [spawn_link(fun() -> Self ! {taken, catch ask(Requests, clock(), 0, Gaps, [])} end) || Gaps <- AllGaps],
    All = lists:append([receive_taken() || _ <- AllGaps]),
    latencies("request_load", Clients * Each, Start, All).

receive_taken() ->
    receive
        {taken, Taken} when is_list(Taken) -> Taken;
        {taken, Problem} -> throw(Problem)
    end.

%% Waiting and Idle: requests and servers, one of which is empty.
hand_on(Waiting, Idle) ->
    receive
        {request, _, _} = Request ->
            case Idle of
                [Server | Others] ->
                    Server ! Request,
                    hand_on(Waiting, Others);
                [] ->
                    hand_on(queue:in(Request, Waiting), Idle)
            end;
        {idle, Server} ->
            case queue:out(Waiting) of
                {{value, Request}, Others} ->
                    Server ! Request,
                    hand_on(Others, Idle);
                {empty, _} ->
                    hand_on(Waiting, [Server | Idle])
            end
    end.

serve(Requests, Work) ->
    Requests ! {idle, self()},
    receive
        {request, Number, Client} ->
            compute(Work, Number),
            Client ! {answer, Number + 1},
            serve(Requests, Work)
    end.

%% Planned is the time of the request before: one that is late, as the answer before was, is sent at once. What counts
%% is the time from the sending to the answer.
ask(_, _, _, [], Taken) ->
    Taken;
ask(Requests, Planned, Number, [Gap | Gaps], Taken) ->
    Next = Planned + Gap,
    clock() < Next andalso sleep_until(Next),
    Sent = clock(),
    Requests ! {request, Number, self()},
    receive
        {answer, Answer} ->
            Latency = clock() - Sent,
            expect("answer", Answer, Number + 1),
            ask(Requests, Next, Number + 1, Gaps, [Latency | Taken])
    end.

%% Until a time of clock().
sleep_until(Time) ->
    Timer = erlang:start_timer(whole_milliseconds(Time), self(), over, [{abs, true}]),
    receive
        {timeout, Timer, over} -> ok
    end.

%% Rounded up. The times of Erlang's clock can be negative.
whole_milliseconds(Time) ->
    case Time div 1_000_000 of
        Milliseconds when Milliseconds * 1_000_000 < Time -> Milliseconds + 1;
        Milliseconds -> Milliseconds
    end.

%% One process sleeps N times for 1 to 3 ms. The latencies are how late it wakes, from the time that it wanted, so that
%% the rounding counts.
timer_accuracy(#{n := N}) ->
    Lengths = lengths(N, 1, fun(Number) -> 1_000_000 + trunc(Number * 2.0e6) end),
    Start = clock(),
    latencies("timer_accuracy", N, Start, [late(Length) || Length <- Lengths]).

late(Length) ->
    Until = clock() + Length,
    sleep_until(Until),
    Over = clock() - Until,
    Over >= 0 orelse throw({not_done, io_lib:format("a process woke ~b ns too early", [-Over])}),
    Over.
