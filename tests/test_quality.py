"""The gate before digests."""

from __future__ import annotations

import pytest
from fakes import make_highlight

from digestbot.curation.quality import Reason, judged, offered, reasons

BAD: dict[Reason, tuple[str, ...]] = {
    Reason.SHORT: (
        "Too short.",
        "Antidisestablishmentarianism notwithstanding, incomprehensibilities.",
        "看画船尽入西泠。",
    ),
    Reason.LONG: ("Far too long " * 60,),
    Reason.DANGLING: (
        "This leads to improvements in security and in the way that people work together.",
        "He also speaks of safety, and of what governments might do about large models.",
        "Moreover, there are doubts about what a licence is worth outside of its country.",
        "Second, the price of training falls from year to year, and so does that of running.",
        "When they came back in spring, the harbour had been dredged and the cranes were gone.",
        "It facilitated widespread literacy, and made many small printers rich within a decade.",
        "The site also has a forum in which helpful posts are shared among all its readers.",
        "The dictionary would not equip these children for Dublin, nor for anything there.",
        "Летевшее навстречу облако стало хлестать его по рукам и лицу плетьми холодного ливня.",
        "Außerdem sinkt der Preis für das Training großer Modelle von Jahr zu Jahr deutlich.",
        "Cependant, le prix de l'entraînement baisse chaque année et celui de l'usage aussi.",
        "Sin embargo, el precio del entrenamiento baja cada año, y el del uso también.",
        "Однако цена обучения больших моделей падает с каждым годом, и цена работы тоже.",
        "К тому же тот факт, что цена обучения падает с каждым годом, мало кого удивляет.",
        "但是，开放权重的模型可以被任何人研究、修改并在自己的机器上运行，这就是它们的价值所在。",
        "하지만 공개된 모델은 누구나 연구하고 수정하여 자신의 컴퓨터에서 실행할 수 있다는 장점이 있습니다.",
    ),
    Reason.FRAGMENT: (
        "and this begins in the middle of a sentence somebody else began long ago.",
        "The reasons that everybody gives for it in the end are always the same ones:",
        "“Open weights are worth more than they cost, which nobody believed at the time.",
        "Людей было много. Однажды она ушла из дому и больше не возвращалась, забытая под каким-нибудь безымянным",
        "The erosion of the solidity of knowledge and community.",
        "Он не раз замечал, что именно вещи и люди, едва замеченные днем, мысли, не доведенные",
        "The engaged follower\nA person who joins in, but waits for others to begin with it.",
    ),
    Reason.LIST: ("- one of the things that matter to people who read much\n- another of those things",),
    Reason.BOILERPLATE: (
        "Subscribe to our letter and read about everything that happens in the harbour.",
        "Reporting by Lena Holm in Tallinn; edited by Ada Example, with help from the desk.",
    ),
    Reason.CODE: ("Call the function with run(model, device) => result and look at what it gives you back.",),
    Reason.DEPENDENT: (
        "The difference between both curves is shown in figure 3 and grows with the size of the model.",
        "What would happen if everybody could read the weights of every model?",
        "“Stupid,” she said. There was only one word for the sense of loss that came with the letter.",
        "We read the leak of the first weights in the same light, for nobody had planned it.",
        "In the same way the price of training falls, and it does so with every generation of chips.",
    ),
}

GOOD = (
    "A model whose weights are published can be studied by people whom nobody had to ask.",
    "We suffer more often in imagination than in reality.",
    "Better to sleep with a sober cannibal than a drunken Christian.",
    "It is never too late to publish the data that a model was trained on.",
    "This year is the first in which small models answer as well as large ones did before.",
    "Those who host the weights carry more of the cost than those who published them.",
    "Second World War code breakers shared their machines across an ocean, and won by it.",
    "llama.cpp runs models on laptops, which no announcement had promised before it came out.",
    "Zuckerberg argues that open models are safer, and he points to the history of Linux.",
    "A doctor who listens learns more in ten minutes than his colleagues learn in an hour.",
    "Zwei Dinge sind zu unserer Arbeit nötig: unermüdliche Ausdauer und die Bereitschaft, neu anzufangen.",
    "Всякая стадность – прибежище неодаренности, все равно верность ли это Соловьеву или Канту.",
    "开放权重的模型可以被任何人研究、修改并在自己的机器上运行，它们的价值就在于此。",
)


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in BAD.items() for text in texts])
def test_the_gate_gives_its_reason(reason: Reason, text: str) -> None:
    """What needs its page is kept out, with the reason."""
    assert reason in reasons(make_highlight(1, text))


@pytest.mark.parametrize("text", GOOD)
def test_the_gate_lets_pass(text: str) -> None:
    """What stands alone passes, whatever it begins with."""
    assert reasons(make_highlight(1, text)) == ()
    assert judged(make_highlight(1, text)) is None


def test_offered_counts_what_it_keeps_back() -> None:
    """Every highlight is either offered or counted under one reason."""
    bad = [text for texts in BAD.values() for text in texts]
    pool = [make_highlight(n, text) for n, text in enumerate((*GOOD, *bad))]
    left, why = offered(pool)
    assert [one.text for one in left] == list(GOOD)
    assert sum(why.values()) == len(pool) - len(GOOD)
