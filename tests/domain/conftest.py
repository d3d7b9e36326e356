from tests.support.properties import unhurried

unhurried()
