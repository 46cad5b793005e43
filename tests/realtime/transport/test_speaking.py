"""graphql-transport-ws over a real socket: what is asked is answered, in order, under its id."""

from tests.realtime.transport.serving import Served, closing, greet, receive, send, subscribe, until


async def test_a_query_brings_its_result_and_then_completes(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "query ($name: String!) { hello(name: $name) }", name="Anna")
        assert await receive(ws) == {"id": "1", "type": "next", "payload": {"data": {"hello": "hello Anna"}}}
        assert await receive(ws) == {"id": "1", "type": "complete"}
        assert ws.subprotocol == "graphql-transport-ws"


async def test_a_mutation_is_carried_out_once(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", 'mutation { rename(name: "Ben") }')
        assert (await receive(ws))["payload"] == {"data": {"rename": "Ben"}}
        assert served.watch.renamed == ["Ben"]


async def test_a_subscription_brings_its_events_in_order_and_then_completes(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { count(to: 50) }")
        events = [await receive(ws) for _ in range(50)]
        assert [event["payload"]["data"]["count"] for event in events] == list(range(50))
        assert await receive(ws) == {"id": "1", "type": "complete"}


async def test_operations_run_beside_each_other(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "endless", "{ endless }")
        await subscribe(ws, "quick", "{ hello }")
        assert (await receive(ws))["id"] == "quick"


async def test_the_id_comes_back_as_it_was_sent(served: Served) -> None:
    strange = 'a"b\\c\n\u2028é🏊'
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, strange, "{ hello }")
        assert [(await receive(ws))["id"] for _ in range(2)] == [strange, strange]


async def test_a_completed_subscription_is_closed_and_says_nothing_more(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { noise(characters: 1) }")
        await receive(ws)
        await send(ws, type="complete", id="1")
        await send(ws, type="ping", payload={"last": True})
        while (await receive(ws))["type"] != "pong":
            pass
        await until(lambda: served.watch.open_streams == 0)
        await send(ws, type="ping", payload={"really": "last"})
        assert (await receive(ws))["payload"] == {"really": "last"}


async def test_each_event_is_executed_in_a_context_of_its_own(served: Served) -> None:
    watch = served.watch
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { names { name loaded } }")
        assert (await receive(ws))["payload"]["data"]["names"] == {"name": "first", "loaded": "Anna"}
        watch.names[1] = "Anna Maria"
        watch.news.set()
        assert (await receive(ws))["payload"]["data"]["names"] == {"name": "second", "loaded": "Anna Maria"}
    assert watch.loads == [[1], [1]]


async def test_a_wrong_token_is_forbidden_and_no_operation_runs(served: Served) -> None:
    async with served.connect() as ws:
        await send(ws, type="connection_init", payload={"authorization": "wrong"})
        assert await closing(ws) == (4403, "Forbidden")


async def test_a_sign_in_that_cannot_be_judged_now_may_be_tried_again(served: Served) -> None:
    async with served.connect() as ws:
        await send(ws, type="connection_init", payload={"authorization": "later"})
        assert await closing(ws) == (1013, "The database is away.")


async def test_a_fault_in_the_sign_in_is_masked(served: Served) -> None:
    async with served.connect() as ws:
        await send(ws, type="connection_init", payload={"authorization": "faulty"})
        assert await closing(ws) == (4500, "Internal error")


async def test_nothing_is_served_while_the_sign_in_is_under_way(served: Served) -> None:
    async with served.connect() as ws:
        await send(ws, type="connection_init", payload={"authorization": "never"})
        await subscribe(ws, "1", "{ hello }")
        assert await closing(ws) == (4401, "Unauthorized")


async def test_messages_behind_an_invalid_one_are_not_carried_out(served: Served) -> None:
    served.watch.renamed.clear()
    async with served.connect() as ws:
        await greet(ws)
        await send(ws, type="nonsense")
        await subscribe(ws, "1", 'mutation { rename(name: "Mallory") }')
        assert (await closing(ws))[0] == 4400
    assert served.watch.renamed == []


async def test_the_server_can_end_one_operation_and_leave_the_others(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        for operation_id in ("1", "2"):
            await subscribe(ws, operation_id, "subscription { silence }")
            await receive(ws)
        served.connections[-1].end_operation("1")
        assert await receive(ws) == {"id": "1", "type": "complete"}
        await until(lambda: served.watch.open_streams == 1)
        assert list(served.connections[-1].operations) == ["2"]


async def test_the_server_can_close_the_socket_with_a_reason_of_any_length(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { silence }")
        await receive(ws)
        served.connections[-1].end(4403, "é" * 100)
        assert await closing(ws) == (4403, "é" * 61)
        await until(lambda: served.watch.open_streams == 0)
    assert served.connections == []
