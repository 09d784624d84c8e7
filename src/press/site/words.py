"""The site's own words in both languages; a lesson's words stay in its manuscript."""

WORDS = {
    "answers": ("Show the answers", "看答案"),
    "back": ("Previous", "上一课"),
    "builds_on": ("builds on", "先学"),
    "check": ("Check", "检查"),
    "code": ("The code", "代码"),
    "download_exercise": ("Exercise notebook", "练习 notebook"),
    "download_solution": ("Solution notebook", "答案 notebook"),
    "key_points": ("The key points", "要点"),
    "leads_to": ("leads to", "接着学"),
    "minutes": ("minutes", "分钟"),
    "next": ("Next", "下一课"),
    "reveal": ("Reveal", "展开"),
    "seeds": ("answers the questions", "对应题目"),
    "solution": ("Solution and verdict", "答案与判定"),
    "statements": ("Tick the wrong statements", "勾选错误的说法"),
    "why": (
        "Why, at what cost, and what most people write first",
        "为什么、代价，以及最常见的第一版",
    ),
    # Around every page.
    "contents": ("On this page", "本页内容"),
    "dark": ("Light or dark", "浅色或深色"),
    "menu": ("Menu", "菜单"),
    "skip": ("Skip to the content", "跳到正文"),
    "other_language": ("中文", "English"),
    "top": ("Whiteboard", "Whiteboard"),
    "licence": (
        "Code under the MIT licence, text and figures under CC BY 4.0.",
        "代码采用 MIT 许可，文字和图片采用 CC BY 4.0。",
    ),
    "description": (
        "Interview preparation for deep-learning and LLM engineers: say it, write it, debug it, "
        "estimate it.",
        "面向深度学习和大模型工程师的面试准备：讲一遍、手撕代码、找 bug、做估算。",
    ),
    # Flaws and cards, read by the scripts.
    "flaws_left": (
        "{missed} wrong statements missed, {accused} wrongly accused.",
        "漏掉 {missed} 句，错怪 {accused} 句。",
    ),
    "flaws_found": ("All {n} wrong statements found.", "{n} 句错的全部找到。"),
    "flip": ("Turn the card", "翻面"),
    "next_card": ("Next card", "下一张"),
    "mistake": ("The classic mistakes", "常见错误"),
    "open_lesson": ("Open the lesson", "打开这一课"),
    "searching": ("Search the course", "搜索课程"),
    "found_none": ("Nothing found. Try another word.", "没有找到，换个词试试。"),
    "found": ("{n} pages found", "找到 {n} 个页面"),
    "search_off": (
        "Search needs a web server: run `make serve` and open the address it prints.",
        "搜索需要通过网络服务器打开：运行 `make serve`，再打开它给出的地址。",
    ),
}

LANG_TAGS = {"en": "en", "zh": "zh-Hans"}


def say(name: str, lang: str) -> str:
    """One of the site's words in `lang`."""
    return WORDS[name][lang == "zh"]


def dots(level: int) -> str:
    """A level from 1 to 3 as it is drawn everywhere."""
    return "●" * level + "○" * (3 - level)
