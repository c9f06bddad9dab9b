"""The people of the demo community: invented, always the same, from many places, some with a Chinese client."""

from __future__ import annotations

_CHINESE = """
linxiaoyu 林小雨|chenwei 陈伟|zhaomin 赵敏|liuyang 刘洋|sunjie 孙洁|huanglei 黄磊
""".strip()

_OTHERS = """
Amara Okafor|Anton Keller|Aisha Rahman|Alejandro Ruiz|Anika Sharma|Arthur Moreau|Astrid Lindqvist|Bao Nguyen
Beatriz Costa|Benjamin Katz|Birgit Hansen|Bruno Rossi|Camille Dubois|Carlos Mendes|Carmen Vidal|Chidi Eze
Clara Novak|Connor Walsh|Daan Visser|Daria Popova|David Cohen|Deepa Nair|Diego Torres|Dina Haddad
Eduardo Lima|Elena Petrova|Elif Yilmaz|Emeka Obi|Emil Berg|Enzo Ricci|Esther Mwangi|Farid Karimi
Fatima Zahra|Felix Braun|Fiona Murray|Freya Olsen|Gabriel Silva|George Brown|Giulia Conti|Grace Kim
Greta Schulz|Hana Suzuki|Hassan Ali|Helena Dvorak|Hugo Martin|Ibrahim Diallo|Ines Pereira|Ingrid Dahl
Isaac Mensah|Ivana Horvat|Jakub Nowak|Jana Kovac|Jonas Weber|Julia Fischer|Kaito Tanaka|Karim Aziz
Katya Volkova|Kofi Asante|Lars Nilsson|Laura Bianchi|Leila Farahani|Liam Byrne|Lucia Ortega|Magnus Holm
Maya Patel|Mehmet Demir|Mia Andersson|Miguel Santos|Nadia Rahal|Naomi Clarke|Nils Larsen|Noor Ahmed
Oscar Vega|Paula Jimenez|Pedro Alves|Priya Menon|Quentin Leroy|Rafael Gomes|Rania Saleh|Rohan Gupta
Rosa Marino|Samuel Owusu|Sanna Virtanen|Sofia Rosen|Tariq Khan|Tomas Cerny|Valeria Cruz|Yuki Mori
""".strip()

#: username, display name, locale of the client
NAMED = [
    ("olivia", "Olivia Hart", "en-US"),
    ("max", "Max Weber", "de"),
    ("eve", "Eve Laurent", "en-GB"),
    ("ann", "Ann Taylor", "en-US"),
    ("bob", "Bob Miller", "en-US"),
    ("cid", "Cid Moreno", "es-ES"),
]


def everybody() -> list[tuple[str, str, str]]:
    """The hundred people, first the six who have a role in the demo."""
    chinese = [(*entry.split(" "), "zh-CN") for entry in _CHINESE.split("|")]
    names = [name for line in _OTHERS.splitlines() for name in line.split("|")]
    others = [(name.split(" ", maxsplit=1)[0].lower(), name, "en-US") for name in names]
    return NAMED + [(username, display, locale) for username, display, locale in chinese] + others
