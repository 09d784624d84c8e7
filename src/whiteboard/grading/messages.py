"""Every sentence that the engine itself says, in both languages.

Sentences about one exercise stand in its check file; these fit any answer.
"""

from whiteboard.grading.text import Text

# The rows of a verdict.
GIVEN = Text("Given", "输入")
EXPECTED = Text("Expected", "期望")
GOT = Text("Got", "实际")
ASK = Text("Ask", "想一想")
LIKELY = Text("Likely", "可能的错误")
PRINTED = Text("Your code printed", "你的代码打印了")
WHY = Text("check.{name}.why() says what is likely wrong", "运行 check.{name}.why() 查看可能的错误")

PASSED = Text("{what} passed", "通过 {what}")
CASES = Text("{n} case{s}", "{n} 个用例")
PROPERTIES = Text("{n} propert{ies}", "{n} 条性质")
STUB = Text("not written yet", "还没有写")
CALLS_STUB = Text("it calls {name}, which is not written yet", "其中调用的 {name} 还没有写")

IN_FULL = Text("{got} instead of {expected}", "得到 {got}，应为 {expected}")
DIFFERS_FROM = Text("differs from {index}", "从 {index} 起不同")
AT = Text("at {path}", "位于 {path}")
AT_LEAST = Text("at least {value}", "至少 {value}")
AT_MOST = Text("at most {value}", "至多 {value}")
SEED = Text("random inputs, seed {seed}", "随机输入，种子 {seed}")

# What any answer can get wrong.
NOTHING_RETURNED = Text(
    "nothing: the function ends without a return. Does it print its result?",
    "没有返回值：函数执行完没有 return。是不是只 print 了结果？",
)
WRONG_TYPE = Text("{got}, a value of type {type}", "{got}，类型是 {type}")
WANTED_TYPE = Text("{type}", "{type}")
WRONG_LENGTH = Text("{got} values instead of {expected}", "返回了 {got} 个值，应为 {expected} 个")
ONE_ARRAY = Text(
    "one array of shape {shape} instead of {expected} values",
    "只有一个形状为 {shape} 的数组，应返回 {expected} 个值",
)
RETURN_PARTS = Text("{n} values, in this order: {names}", "{n} 个值，依次为 {names}")
WRONG_KEYS = Text("the keys {got}", "键是 {got}")
SHAPE = Text("shape {shape}", "形状 {shape}")
RAISED = Text("{kind} at {line}: {message}", "{kind}，出错处 {line}：{message}")
RAISED_NOWHERE = Text("{kind}: {message}", "{kind}：{message}")
UNUSABLE = Text(
    "a value that the check cannot use ({kind}: {message})",
    "返回的值无法检查（{kind}：{message}）",
)
SIGNATURE = Text(
    "a function that cannot be called as the stub can: {message}",
    "函数的参数和题目给的不一致：{message}",
)
EXITED = Text(
    "the call ends the program (SystemExit). Remove exit() or sys.exit() and return a value",
    "调用结束了程序（SystemExit）。删掉 exit() 或 sys.exit()，改为返回结果",
)
RECURSED = Text(
    "the function calls itself more than {depth} times. Which call should end the recursion?",
    "函数自己调用自己超过 {depth} 次。哪次调用应该结束递归？",
)
TIMED_OUT = Text(
    "no result within {limit} s; the call was stopped. Does a loop ever reach its end?",
    "{limit} 秒内没有结果，调用已停止。循环真的会结束吗？",
)
STUCK = Text(
    "Still inside compiled code after {limit} s, which cannot be stopped from here: "
    "press ■ (interrupt the kernel).",
    "{limit} 秒后仍停在编译代码里，这里无法中断：请按 ■（中断内核）。",
)
CHANGED_INPUT = Text(
    "the call changes {names} in place. The caller still needs it: work on a copy",
    "调用就地改动了 {names}。调用者还要用它：请在副本上计算",
)
KEPT_INPUT = Text("inputs left as they were", "输入保持不变")
FORBIDDEN = Text("a call of {name}. {reason}", "调用了 {name}。{reason}")
FLOODED = Text(
    "… and {n} more characters. Remove the print before you go on.",
    "……还有 {n} 个字符没有显示。请先删掉 print。",
)
PATCHED = Text(
    "{name} was replaced since the lesson was loaded, so no verdict can be trusted: "
    "restart the kernel.",
    "{name} 在课程载入后被替换了，判定不再可信：请重启内核。",
)
A_RESULT = Text("a result", "一个结果")
NOT_CALLABLE = Text(
    "{got}, which cannot be called. Pass the function itself, without parentheses",
    "{got}，不能被调用。请传入函数本身，不要加括号",
)
A_FUNCTION = Text("a function", "一个函数")
WRONG_COUNT = Text(
    "check.{name} takes {expected} answer{s} ({names}); it received {got}.",
    "check.{name} 需要 {expected} 个答案（{names}），收到 {got} 个。",
)

# Courses, lessons and exercises.
NO_LESSON = Text(
    "There is no lesson {name!r}. {hint}",
    "没有名为 {name!r} 的课程。{hint}",
)
NO_EXERCISE = Text(
    "Lesson {lesson!r} has no exercise {name!r}. {hint}",
    "课程 {lesson!r} 没有练习 {name!r}。{hint}",
)
DID_YOU_MEAN = Text("Did you mean {close!r}?", "你要找的是不是 {close!r}？")
THERE_ARE = Text("There are: {names}.", "现有：{names}。")
NO_LANGUAGE = Text(
    "The course has the languages 'en' and 'zh'. Received: lang={lang!r}",
    "课程只有 'en' 和 'zh' 两种语言。收到：lang={lang!r}",
)
NOTHING_WRONG = Text("Nothing was found wrong.", "没有发现错误。")
NOT_CHECKED = Text("Run check.{name}(…) first.", "请先运行 check.{name}(…)。")
NO_LIKELY = Text(
    "This is none of the {n} known mistakes. Compare Expected and Got on the input above by hand.",
    "不属于已知的 {n} 种错误。请用上面的输入手算，比较期望值和实际值。",
)

# Hack it.
NO_TRAP = Text(
    "{name} has the wrong answers 1 to {n}. Received: trap={trap!r}",
    "{name} 有第 1 到 {n} 个错误答案。收到：trap={trap!r}",
)
HACK_TASK = Text(
    "This answer is wrong. Find an input that shows it: check.{name}.hack(trap={trap}, {inputs})",
    "这个答案是错的。找一个能暴露它的输入：check.{name}.hack(trap={trap}, {inputs})",
)
HACKED = Text("your input exposes wrong answer {trap}", "你的输入暴露了错误答案 {trap}")
NOT_HACKED = Text(
    "the same result from both. What does this answer get wrong, and which input would show it?",
    "两者结果相同。这个答案错在哪，什么输入才看得出来？",
)
BAD_HACK = Text(
    "the right answer cannot take this input ({kind}: {message})",
    "正确答案也处理不了这个输入（{kind}：{message}）",
)
OUT_OF_DOMAIN = Text(
    "outside what the exercise allows, so it proves nothing",
    "超出了题目允许的范围，说明不了问题",
)
REFERENCE_GIVES = Text("the right answer returns {value}", "正确答案返回 {value}")
HACK_PROPERTY = Text("the two answers part", "两个答案的结果不同")
NO_HACK = Text(
    "{name} has no wrong answer that an input alone exposes.",
    "{name} 没有能单靠输入暴露的错误答案。",
)

# Estimates.
NO_NUMBER = Text(
    "{got} is not a number with a unit. Write {example}",
    "{got} 不是带单位的数。请写成 {example}",
)
NO_UNIT = Text("{got} of what? Write the unit: {example}", "{got} 后面缺单位。请写成 {example}")
UNKNOWN_UNIT = Text(
    "the unit {unit!r}, which is not one of {units}", "单位 {unit!r}，应是 {units} 之一"
)
ESTIMATE = Text("your estimate", "你的估算")
WITHIN = Text("within {percent} % of the right number", "与正确值相差不超过 {percent}%")
TOO_LARGE = Text("too large, {how}", "偏大，{how}")
TOO_SMALL = Text("too small, {how}", "偏小，{how}")
WITHIN_TIMES = Text("by less than a factor of {n}", "差不到 {n} 倍")
BEYOND_TIMES = Text("by more than a factor of {n}", "差 {n} 倍以上")
WITHHELD = Text("another number", "另一个数")
BINARY_PREFIX = Text(
    "Off by exactly 1.024 for each prefix: GB is 10⁹ bytes, GiB is 2³⁰.",
    "正好差 1.024 的幂：GB 是 10⁹ 字节，GiB 是 2³⁰ 字节。",
)

# Find the flaw.
FLAW_NUMBERS = Text("a list of statement numbers, such as [2, 5]", "陈述编号的列表，例如 [2, 5]")
FLAW_RANGE = Text(
    "{numbers}: the statements are numbered 1 to {n}", "{numbers}：陈述编号是 1 到 {n}"
)
FLAWS_LEFT = Text(
    "{missed} wrong statement{s} not found, {accused} right one{t} accused",
    "还有 {missed} 条错误没找到，冤枉了 {accused} 条正确的",
)
FLAWS_FOUND = Text("all {n} wrong statements found", "{n} 条错误全部找到")
FULL_WIDTH = Text(
    "The cell has full-width punctuation, {marks} , which was read as half-width.",
    "代码里有全角标点 {marks} ，已按半角读取。",
)

# Say it.
SAID_NOTHING = Text("no answer yet: say it first, then look", "还没有回答：先说，再看要点")
SAY_HEAD = Text(
    "A mirror, not a mark: {found} of {n} key points found. Tick them yourself.",
    "只作对照，不打分：{n} 个要点找到 {found} 个，请自己打勾。",
)
SAY_FOUND = Text("found in “{phrase}”", "见“{phrase}”")
SAY_MISSING = Text("not found", "没有找到")
SAY_TEXT = Text("a text, in your own words", "一段话，用你自己的话说")

# Mend a program.
BUGS_ALL = Text("all {n} planted bugs are still there", "{n} 个埋下的 bug 一个都还没改")
BUGS_LEFT = Text("{left} of {n} planted bugs left", "{n} 个埋下的 bug 还剩 {left} 个")
BUGS_UNSURE = Text(
    "no combination of the {n} planted bugs behaves like this: one may be half mended, "
    "or something else changed",
    "{n} 个 bug 的任何组合都不会有这种表现：可能有一个只改了一半，或者引入了新的错误",
)
BUGS_MENDED = Text("all {n} planted bugs mended", "{n} 个埋下的 bug 全部改好")

# Progress.
NOT_LOGGED = Text("This check was not logged: {reason}", "这次检查没有记录下来：{reason}")
