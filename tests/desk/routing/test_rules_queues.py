"""What waits stands in order, whatever came and went in between."""

import random
from bisect import bisect_left, insort

from oase.desk.routing.rules.queues import Queue, Ranks
from oase.desk.routing.rules.types import Item


def item(number: int, key: float) -> Item:
    return Item(id=number, conversation=number, cell="cell", channel="mail", arrived=0.0, due=key, key=key)


def test_what_is_promised_for_the_same_moment_goes_by_its_id_also_after_promises_changed() -> None:
    chance = random.Random(1)
    for _ in range(50):
        queue, waiting = Queue(), {number: item(number, 100.0) for number in range(30)}
        for number in chance.sample(sorted(waiting), len(waiting)):
            queue.put(waiting[number])
        for number in chance.sample(sorted(waiting), 20):
            queue.leave(waiting[number])
            waiting[number].key = chance.choice((50.0, 100.0, 200.0))
            queue.put(waiting[number])
        expected = sorted(waiting.values(), key=lambda one: (one.key, one.id))
        assert list(queue.items()) == expected
        for one in expected:
            assert (queue.first, queue.key) == (one, one.key)
            queue.leave(one)
        assert queue.first is None


def test_ranks_count_what_is_lower_also_of_many_equal_numbers() -> None:
    chance, ranks, plain = random.Random(2), Ranks(), list[float]()
    for turn in range(6_000):
        number = float(chance.randrange(40)) if turn % 2 else chance.random() * 40
        if chance.random() < (0.8 if turn < 3_000 else 0.2) or not plain:
            ranks.add(number)
            insort(plain, number)
        else:
            ranks.remove(gone := chance.choice(plain))
            del plain[bisect_left(plain, gone)]
        assert (ranks.below(number), len(ranks)) == (bisect_left(plain, number), len(plain))
