"""The statements of a Flaws exercise as a form that needs no server and no script to be read."""

import html

from press.site.inline import to_html
from press.site.words import say


def form(name: str, statements: list, lang: str) -> str:
    """HTML for one Flaws exercise.

    Without JavaScript the statements are a list and the corrections a fold. The script turns the
    boxes and the button on.
    """
    rows, answers = [], []
    for number, statement in enumerate(statements, 1):
        box = f"{name}-{number}"
        false = "true" if statement.false else "false"
        rows.append(
            f'<li><label for="{box}"><input type="checkbox" id="{box}" data-wrong="{false}">'
            f"<span>{to_html(statement.text.said(lang))}</span></label></li>"
        )
        if statement.false:
            source = html.escape(statement.source.said(lang), quote=False)
            answers.append(
                f'<li value="{number}"><p class="wrong">{to_html(statement.text.said(lang))}</p>'
                f"<p>{to_html(statement.because.said(lang))} "
                f'<span class="source">{source}</span></p></li>'
            )
    found = say("flaws_found", lang).format(n=len(answers))
    return (
        f'<form class="flaws" data-left="{html.escape(say("flaws_left", lang))}" '
        f'data-found="{html.escape(found)}">'
        f"<fieldset><legend>{say('statements', lang)}</legend><ol>{''.join(rows)}</ol></fieldset>"
        f'<p class="needs-script" hidden><button type="submit">{say("check", lang)}</button> '
        '<output role="status"></output></p></form>'
        f'<details class="answers"><summary>{say("answers", lang)}</summary>'
        f"<ol>{''.join(answers)}</ol></details>"
    )
