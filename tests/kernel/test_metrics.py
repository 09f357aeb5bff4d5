"""What Prometheus sees."""

from oase.kernel.ids import new_id
from oase.kernel.metrics import counter, exposition, gauge, histogram


def test_everything_defined_is_exposed_under_the_products_name() -> None:
    name = f"test_{new_id().hex}"
    counter(f"{name}_mails", "Mails.", ("result",)).labels("read").inc(2)
    gauge(f"{name}_waiting", "Waiting.", read=lambda: 7)
    histogram(f"{name}_seconds", "Time.").observe(0.2)
    text = exposition().decode()
    assert f'oase_{name}_mails_total{{result="read"}} 2.0' in text
    assert f"oase_{name}_waiting 7.0" in text
    assert f"oase_{name}_seconds_count 1.0" in text
    assert text.endswith("# EOF\n")
