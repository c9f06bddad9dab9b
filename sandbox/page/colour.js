// Colours that bots and owners chose, made readable: a name must be legible in both themes, whatever the colour of its role.

const ENOUGH = 4.6; // WCAG AA asks for 4.5 to 1
const LIGHT = [0xe3, 0xe5, 0xe8]; // the darkest background of names in the light theme
const DARK = [0x40, 0x42, 0x49]; // the lightest background of names in the dark theme
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];
const made = new Map();

/** A colour "#rrggbb" as CSS: the colour itself or the nearest legible one, in the light and the dark theme. */
export function readable(colour) {
  if (!made.has(colour)) {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    made.set(colour, `light-dark(${towards(BLACK, parts, LIGHT)}, ${towards(WHITE, parts, DARK)})`);
  }
  return made.get(colour);
}

function towards(end, colour, ground) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, index) => Math.round(part + (end[index] - part) * share));
    if (contrast(mixed, ground) >= ENOUGH) return `rgb(${mixed.join(" ")})`;
  }
  return `rgb(${end.join(" ")})`;
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a, b) {
  const [low, high] = [light(a), light(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function light(colour) {
  const [r, g, b] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
