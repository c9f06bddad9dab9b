// Parsing a line such as `/membership buy plan:Pro`: its command, its options, and the one being typed. No DOM here.

import { localised } from "./words.js";

/** Every command that can be typed: {path (English words), shown (words in the viewer's language), description, options}. */
export function typed(commands) {
  return commands.filter((command) => (command.type ?? 1) === 1).flatMap((command) => leaves(command, [], []));
}

function leaves(node, path, shown) {
  const here = [...path, node.name];
  const said = [...shown, localised(node)];
  const inner = (node.options ?? []).filter((option) => option.type === 1 || option.type === 2);
  if (inner.length) return inner.flatMap((option) => leaves(option, here, said));
  return [
    {
      path: here.join(" "),
      shown: said.join(" "),
      description: localised(node, "description"),
      options: node.options ?? [],
    },
  ];
}

/** The longest command with which a line begins, in either language, and the remainder of the line; or null. */
export function commandOf(line, all) {
  const text = line.slice(1);
  let best = null;
  for (const command of all) {
    for (const name of new Set([command.shown, command.path])) {
      const fits = text === name || text.startsWith(`${name} `);
      if (fits && (!best || name.length > best.name.length)) best = { command, name };
    }
  }
  return best && { command: best.command, rest: text.slice(best.name.length) };
}

/** Commands whose name contains every typed word; names that begin with the text come first. */
export function matching(line, all) {
  const sought = line.slice(1).trim().toLowerCase();
  const words = sought.split(/\s+/).filter(Boolean);
  const has = (command) => words.every((word) => `${command.shown} ${command.path}`.toLowerCase().includes(word));
  const begins = (command) =>
    command.shown.toLowerCase().startsWith(sought) || command.path.startsWith(sought) ? 0 : 1;
  return all.filter(has).sort((a, b) => begins(a) - begins(b) || a.shown.localeCompare(b.shown));
}

/** The options on a line, in order: [{option, text, start, from}]; `start` is the index of its name, `from` that of its text. */
export function optionsOf(rest, command) {
  const names = new Map(
    command.options.flatMap((option) => [option.name, localised(option)].map((name) => [name, option])),
  );
  const found = [];
  for (const mark of rest.matchAll(/(?<=\s)([^\s:]+):/g)) {
    const option = names.get(mark[1]);
    if (!option || found.some((one) => one.option === option)) continue;
    found.push({ option, start: mark.index, from: mark.index + mark[0].length });
  }
  found.forEach((one, index) => {
    one.text = rest.slice(one.from, found[index + 1]?.start ?? rest.length).trim();
  });
  return found;
}

/** The text between the command and its first option, which belongs to no option. */
export function strayOf(rest, given) {
  return rest.slice(0, given[0]?.start ?? rest.length).trim();
}

/** The next required option that is missing, or undefined. */
export function nextRequired(command, given) {
  return missing(command, given).find((option) => option.required);
}

/** Options that are not on the line yet, required ones first. */
export function missing(command, given) {
  const there = new Set(given.map((one) => one.option.name));
  return command.options
    .filter((option) => !there.has(option.name))
    .sort((a, b) => Boolean(b.required) - Boolean(a.required));
}
