// The script's bot, written with discord.js. `SANDBOX` is the sandbox's address.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ChannelType,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";

const script = JSON.parse(readFileSync(new URL("script.json", import.meta.url), "utf-8"));
const say = (name, value) => script.says[name].replace("{}", value);
const day = 24 * 60 * 60 * 1000;

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMembers,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.DirectMessages,
    GatewayIntentBits.MessageContent,
  ],
  rest: { api: `${process.env.SANDBOX}/api` },
  shardCount: Number(process.env.OF_SHARDS ?? 1),
});

const commands = {
  hello: (i) => i.reply(say("hello", i.options.getString("name"))),

  async "room open"(i) {
    const name = i.options.getString("name");
    const thread = await i.channel.threads.create({ name, type: ChannelType.PublicThread });
    await thread.send(script.says.welcome);
    await i.reply(say("opened", name));
  },

  panel(i) {
    const { button, menu, content } = script.panel;
    const press = new ButtonBuilder()
      .setCustomId(button.custom_id)
      .setLabel(button.label)
      .setStyle(ButtonStyle.Primary);
    const pick = new StringSelectMenuBuilder()
      .setCustomId(menu.custom_id)
      .addOptions(menu.options.map((option) => ({ label: option, value: option })));
    const rows = [press, pick].map((component) => new ActionRowBuilder().addComponents(component));
    return i.reply({ content, components: rows });
  },

  form(i) {
    const { field, custom_id, title } = script.form;
    const input = new TextInputBuilder()
      .setCustomId(field.custom_id)
      .setLabel(field.label)
      .setStyle(TextInputStyle.Short);
    const row = new ActionRowBuilder().addComponents(input);
    return i.showModal(new ModalBuilder().setCustomId(custom_id).setTitle(title).addComponents(row));
  },

  async slow(i) {
    await i.deferReply();
    await pause(200);
    await i.editReply(script.says.done);
    await i.followUp(script.says.more);
  },

  file(i) {
    const note = new AttachmentBuilder(Buffer.from(script.file.content), { name: script.file.name });
    return i.reply({ content: script.says.file, files: [note] });
  },

  async draft(i) {
    const message = await i.channel.send(script.says.draft);
    await message.edit(script.says.final);
    await i.reply(script.says.written);
  },

  async "badge give"(i) {
    const role = i.options.getRole("role");
    await i.options.getMember("member").roles.add(role, "The script says so");
    await i.reply(say("gave", role.name));
  },

  async "badge take"(i) {
    const role = i.options.getRole("role");
    await i.options.getMember("member").roles.remove(role);
    await i.reply(say("took", role.name));
  },

  async whisper(i) {
    const user = i.options.getUser("member");
    await user.send(script.says.whisper);
    await i.reply(say("told", user.username));
  },

  async plan(i) {
    const name = i.options.getString("name");
    await i.guild.scheduledEvents.create({
      name,
      scheduledStartTime: i.createdTimestamp + day,
      scheduledEndTime: i.createdTimestamp + day + 60 * 60 * 1000,
      privacyLevel: GuildScheduledEventPrivacyLevel.GuildOnly,
      entityType: GuildScheduledEventEntityType.External,
      entityMetadata: { location: "Online" },
    });
    await i.reply(say("planned", name));
  },

  async kick(i) {
    const user = i.options.getUser("member");
    await i.guild.members.kick(user);
    await i.reply(say("kicked", user.username));
  },

  async read(i) {
    const message = await i.channel.messages.fetch(i.options.getString("message"));
    await i.reply(say("quote", message.content));
  },

  async count(i) {
    const members = await i.guild.members.fetch({ query: i.options.getString("prefix"), limit: 100 });
    await i.reply(say("count", members.size));
  },

  "Who is it": (i) => i.reply({ content: say("who", i.targetUser.username), flags: MessageFlags.Ephemeral }),

  "Quote it": (i) => i.reply(say("quote", i.targetMessage.content)),
};

async function answer(i) {
  if (i.isAutocomplete()) {
    const found = script.names.filter((name) => name.startsWith(i.options.getFocused()));
    await i.respond(found.map((name) => ({ name, value: name })));
  } else if (i.isButton()) {
    await i.update(say("pressed", i.user.username));
  } else if (i.isStringSelectMenu()) {
    await i.reply({ content: say("chose", i.values[0]), flags: MessageFlags.Ephemeral });
  } else if (i.isModalSubmit()) {
    await i.reply(say("thanks", i.fields.getTextInputValue(script.form.field.custom_id)));
  } else {
    const inner = i.isChatInputCommand() ? i.options.getSubcommand(false) : null;
    await commands[inner ? `${i.commandName} ${inner}` : i.commandName](i);
  }
}

client.on(Events.InteractionCreate, async (i) => {
  try {
    await answer(i);
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) throw error;
    await i.reply(say("refused", error.code));
  }
});

client.on(Events.MessageCreate, async (message) => {
  if (message.content !== "ping") return;
  await message.react(script.wave);
  await message.reply(script.says.pong);
});

const synced = once(client, Events.ClientReady).then(() => client.application.commands.set(script.commands));
client.on(Events.ShardReady, async () => {
  await synced;
  console.log("ready");
});
client.on(Events.ShardResume, () => console.log("resumed"));
client.login("sandbox.discordjs");
