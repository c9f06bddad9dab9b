// The actions of the acting person. Each is one call of the control side; a refusal is shown with its own text.

import { asPerson, post } from "./api.js";
import { turning } from "./clock.js";
import { askModal, askNewcomer, askText, show, showLive } from "./dialogs.js";
import { el, toast } from "./dom.js";
import { pickEmoji } from "./emoji.js";
import { showMenu } from "./menu.js";
import { menuButtons, menuOfMessage, menuOfPerson } from "./menus.js";
import { failure } from "./messages.js";
import { profile } from "./people.js";
import { comingEvents, eventNode } from "./side.js";
import { speak as say, spokenMessage } from "./spoken.js";
import { myself, nameOf, state, takeClock } from "./state.js";
import { happened } from "./tour.js";
import { locale, paint, speak, word } from "./words.js";

const mine = (body = {}) => ({ as: state.me, channel: state.channel, locale: locale(), ...body });

/** The actions, for a `page` of {view, composer, open, become, draw, readWorld, refresh, panel, failed}. */
export function actionsOf(page) {
  /** Run an action; a refusal of the sandbox is shown with its own text. */
  const trying = async (action) => {
    try {
      return await action();
    } catch (error) {
      page.failed(error);
      return null;
    }
  };

  /** Show the result of an interaction: open its modal, or say that the application did not respond. */
  const outcome = async (answer) => {
    await page.view.read();
    if (answer.state === "no_response") page.view.note(failure(word("noResponse")));
    else if (answer.state === "thinking") toast(word("slow"));
    else if (answer.state === "updated" && answer.message) say(spokenMessage(answer.message));
    else if (answer.state === "modal") {
      const next = await askModal(answer.modal, (fields) => post("submit", mine({ modal: answer.modal.id, fields })));
      if (next) await outcome(next);
    }
    return answer;
  };

  const address = (message) => `/channels/${message.channel_id}/messages/${message.id}`;

  const actions = {
    trying,
    failed: page.failed,
    open: page.open,
    become: page.become,
    panel: page.panel,
    menu: () => document.body.classList.toggle("menu"),
    say: async (body) => {
      await post("say", mine(body));
      await page.view.read();
      page.view.toEnd();
    },
    slash: async (body) => {
      const answer = await post("slash", mine(body));
      happened({ kind: "slash", command: body.command, state: answer.state });
      page.view.list.pinned = true;
      await outcome(answer);
    },
    act: (verb, body) =>
      trying(async () => {
        const answer = await post(verb, mine(body));
        happened({ kind: verb, id: body.custom_id, state: answer.state });
        await outcome(answer);
      }),
    vote: (message, answers) =>
      trying(() => post("vote", mine({ message: message.id, answers })).then(() => page.view.read())),
    react: (message, emoji, remove = false) =>
      trying(() =>
        post("react", mine({ message: message.id, emoji, remove: Boolean(remove) }))
          .then(() => page.view.again(message.id))
          .then(() => page.view.read()),
      ),
    pick: (message, button) => pickEmoji(button, (emoji) => actions.react(message, emoji)),
    reply: (message) => page.composer().reply(message),
    jump: (id) => page.view.jump(id),
    dismiss: (message) => page.view.dismiss(message),
    thread: (message) =>
      trying(async () => {
        const name = await askText(word("threadName"));
        if (!name) return;
        const thread = await post("thread", mine({ name, message: message.id }));
        await page.readWorld();
        await page.open(thread.id);
      }),
    edit: (message) =>
      trying(async () => {
        const content = await askText(word("edit"), { value: message.content, long: true });
        if (content === null || content === message.content) return;
        await asPerson(state.me, "PATCH", address(message), { content });
        await page.view.again(message.id);
        await page.view.read();
      }),
    remove: (message) =>
      trying(async () => {
        await asPerson(state.me, "DELETE", address(message));
        await page.view.again(message.id);
        await page.view.read();
      }),
    menuOf: (message, row) => menuOfMessage(message, row, actions),
    menuOfWho: (user) => menuOfPerson(user, actions),
    more: (message, button) => {
      const { label, entries } = menuOfMessage(message, button, actions);
      showMenu(button, label, entries);
    },
    mention: (user) => page.composer().mention(user),
    who: (user) => show(nameOf(user), ...profile(user), ...menuButtons(user, actions)),
    events: () =>
      showLive(word("events"), () => {
        const coming = comingEvents();
        return coming.length
          ? coming.map((event) => eventNode(event, actions))
          : [el("p", { class: "quiet" }, word("noEvents"))];
      }),
    interest: (event, interested) =>
      trying(async () => {
        await post("interest", { as: state.me, event: event.id, interested });
        await page.readWorld();
      }),
    voice: (channel) =>
      trying(async () => {
        await post("voice", { as: state.me, channel });
        happened({ kind: "voice", channel });
        await page.readWorld();
      }),
    newcomer: () =>
      trying(async () => {
        const joined = await askNewcomer((body) => post("join", body));
        if (!joined) return;
        await page.readWorld();
        await page.become(joined.user.id);
        toast(word("welcome", { who: nameOf(myself().user) }));
      }),
    speak: (tag) => {
      speak(tag);
      page.draw();
      return page.view.read();
    },
    paint: (name) => {
      paint(name);
      page.draw();
    },
    speed: (speed) => trying(async () => takeClock(await post("clock", { speed })) ?? page.draw()),
    turn: (seconds) =>
      trying(async () => {
        const counted = page.news;
        await turning(seconds, async () => {
          const clock = await post("clock", { advance: seconds });
          if (clock.now) takeClock(clock);
          happened({ kind: "turn", seconds });
          if (clock.acknowledged === false) toast(word("unacknowledged"), "error");
          await page.refresh();
        });
        const came = page.news - counted;
        toast(came ? word("fellDue", { n: came }) : word("nothingDue"));
      }),
  };
  return actions;
}
