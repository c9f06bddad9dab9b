// The page's own labels in the viewer's language. What people and bots write is shown as they wrote it.

const WORDS = {
  en: {
    title: "Sandbox: a Discord on this machine",
    skip: "To the message box",
    channels: "Channels",
    messages: "Messages",
    text: "Text channels",
    voice: "Voice channels",
    direct: "Direct messages",
    events: "Events",
    people: "{n} members",
    me: "You act as",
    owner: "owner",
    bot: "APP",
    language: "Language",
    clock: "The community’s clock",
    hour: "+1 h",
    day: "+1 day",
    week: "+1 week",
    turning: "The clock turns…",
    unacknowledged: "The clock was turned, but the bot has not yet said that it is done.",
    join: "Join",
    leave: "Leave",
    you: "you",
    online: "online",
    offline: "offline",
    write: "Message {channel}, or type / for a command",
    readonly: "Type / for a command",
    send: "Send",
    ephemeral: "Only you can see this",
    dismiss: "Dismiss",
    edited: "(edited)",
    thinking: "is thinking…",
    used: "{who} used {what}",
    replying: "Replying to {who}",
    cancel: "Cancel",
    reply: "Reply",
    react: "React",
    thread: "Thread",
    threadName: "Name of the thread",
    apps: "Apps",
    submit: "Submit",
    close: "Close",
    ok: "OK",
    choose: "Choose…",
    nobody: "Nobody",
    joined: "{who} joined the server.",
    pinned: "{who} pinned a message.",
    opened: "{who} started a thread: {what}",
    deleted: "The original message was deleted.",
    empty: "Nothing has been written here yet.",
    unseen: "You cannot see this channel.",
    nobot: "No bot has signed in yet. Start it with: python3 run_bot.py",
    lost: "The connection to the sandbox is lost. Trying again…",
    noResponse: "The application did not respond.",
    slow: "The bot is still thinking.",
    answered: "Done.",
    needs: "Still needed: {what}",
    stray: "“{what}” belongs to no option. Write it as option:value.",
    unknownCommand: "There is no such command. Type / to see all.",
    required: "required",
    optional: "optional",
    nothing: "No options match your search.",
    file: "Choose a file",
    spoiler: "Spoiler: click to show",
    poll: "Poll",
    roles: "Roles",
    since: "Member since",
    menu: "Show channels",
    elsewhere: "Picture on another host, not loaded here",
    today: "today at {time}",
    yes: "True",
    no: "False",
  },
  "zh-CN": {
    title: "沙盒：本机上的 Discord",
    skip: "跳到消息框",
    channels: "频道",
    messages: "消息",
    text: "文字频道",
    voice: "语音频道",
    direct: "私信",
    events: "活动",
    people: "{n} 名成员",
    me: "你的身份",
    owner: "所有者",
    bot: "应用",
    language: "语言",
    clock: "社区时钟",
    hour: "+1 小时",
    day: "+1 天",
    week: "+1 周",
    turning: "时钟正在前进…",
    unacknowledged: "时钟已前进，但机器人尚未确认处理完毕。",
    join: "加入",
    leave: "离开",
    you: "你",
    online: "在线",
    offline: "离线",
    write: "发消息到 {channel}，或输入 / 使用命令",
    readonly: "输入 / 使用命令",
    send: "发送",
    ephemeral: "只有你能看到这条消息",
    dismiss: "忽略",
    edited: "（已编辑）",
    thinking: "正在思考…",
    used: "{who} 使用了 {what}",
    replying: "正在回复 {who}",
    cancel: "取消",
    reply: "回复",
    react: "添加反应",
    thread: "子区",
    threadName: "子区名称",
    apps: "应用",
    submit: "提交",
    close: "关闭",
    ok: "确定",
    choose: "请选择…",
    nobody: "没有人",
    joined: "{who} 加入了服务器。",
    pinned: "{who} 置顶了一条消息。",
    opened: "{who} 创建了子区：{what}",
    deleted: "原消息已被删除。",
    empty: "这里还没有消息。",
    unseen: "你无法查看此频道。",
    nobot: "还没有机器人登录。请运行：python3 run_bot.py",
    lost: "与沙盒的连接已断开，正在重试…",
    noResponse: "该应用程序未响应。",
    slow: "机器人仍在思考。",
    answered: "已完成。",
    needs: "还需要：{what}",
    stray: "“{what}”不属于任何选项，请写成 选项:值。",
    unknownCommand: "没有这个命令。输入 / 查看全部命令。",
    required: "必填",
    optional: "选填",
    nothing: "没有匹配的选项。",
    file: "选择文件",
    spoiler: "剧透：点击显示",
    poll: "投票",
    roles: "身份组",
    since: "加入时间",
    menu: "显示频道",
    elsewhere: "图片在其他主机上，此处不加载",
    today: "今天 {time}",
    yes: "是",
    no: "否",
  },
};

const KEPT = "sandbox.language";
let current = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh-CN" : "en");
if (!(current in WORDS)) current = "en";

/** The languages to choose from: tag and own name. */
export const LANGUAGES = [
  ["en", "English"],
  ["zh-CN", "简体中文"],
];

/** The viewer's language as a tag for `lang` and Intl. */
export const language = () => current;

/** The same as Discord names it, for the acting calls. */
export const locale = () => (current === "en" ? "en-US" : current);

/** Choose the language, and remember it. */
export function speak(tag) {
  current = tag;
  localStorage.setItem(KEPT, tag);
}

/** A label; {name} is replaced by its value. */
export function word(key, values = {}) {
  return WORDS[current][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A name in the viewer's language where its owner gave one. */
export function localised(thing, field = "name") {
  return thing[`${field}_localizations`]?.[locale()] ?? thing[field] ?? "";
}
