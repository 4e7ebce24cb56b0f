import pytest


@pytest.fixture
def hundred_articles(state):
    for number in range(101):
        state.add_article(f"A{number:03}")


def headers_of(answer):
    return tuple(answer.headers[f"X-Pagination-{name}"] for name in ("Currentpage", "Pagecount", "Totalcount"))


@pytest.mark.parametrize("base", [0, 1])
async def test_without_a_page_the_first_is_given_and_named(api, state, hundred_articles, base):
    state.switches.page_base = base

    answer = await api.get("/articles")

    assert headers_of(answer) == (str(base), "2", "101")
    assert len(answer.json()) == 100


@pytest.mark.parametrize("base", [0, 1])
async def test_last_page_has_the_rest(api, state, hundred_articles, base):
    state.switches.page_base = base

    answer = await api.get("/articles", page=base + 1)

    assert [each["number"] for each in answer.json()] == ["A100"]


async def test_page_after_the_last_is_empty(api, hundred_articles):
    answer = await api.get("/articles", page=9)

    assert answer.json() == []


async def test_page_size_is_cut_to_the_largest(api, state, hundred_articles):
    state.switches.max_page_size = 50

    answer = await api.get("/articles", pageSize=500)

    assert len(answer.json()) == 50
    assert headers_of(answer) == ("1", "3", "101")


async def test_query_names_are_read_without_case(api):
    answer = await api.get("/financialyears/paged", Page=1, PageSize=2)

    assert len(answer.json()) == 2
    assert headers_of(answer) == ("1", "2", "3")


async def test_every_list_is_an_object_when_single_with_the_switch(api, state):
    state.switches.single_as_object_everywhere = True

    answer = await api.read("/contacts", number="PS1-1")

    assert answer["number"] == "PS1-1"


async def test_a_page_that_is_no_number_is_a_binding_error(api):
    answer = await api.get("/articles", page="two")

    assert answer.status_code == 400
