// Icons as inline SVG, so that no font or file is needed for them.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  thread: "M5 4v9a3 3 0 0 0 3 3h11M15 12l4 4-4 4",
  voice: "M4 9.5v5h4l5 4v-13l-5 4H4zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2",
  people:
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 5a3.4 3.4 0 0 1 0 6.4M18 14.6c2.1.8 3.5 2.7 3.5 5.4",
  code: "M8 6l-6 6 6 6M16 6l6 6-6 6",
  tour: "M12 3 1.5 8.5 12 14l10.5-5.5L12 3zM5.5 11v5.5c0 1.5 3 3.5 6.5 3.5s6.5-2 6.5-3.5V11",
  menu: "M3 6h18M3 12h18M3 18h18",
  close: "M5 5l14 14M19 5 5 19",
  smile: "M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19zM8 14.5c1 1.700 2.400 2.5 4 2.5s3-.8 4-2.5M9 9v1M15 9v1",
  reply: "M10 5 3 12l7 7M3 12h11c4 0 7 2.5 7 7",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 4v16M4 12h16",
  calendar: "M4 6h16v15H4zM4 10.5h16M8 3v5M16 3v5",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15L6 17zM10 21.5h4",
  eye: "M2 12c2.5-4.5 6-7 10-7s7.5 2.5 10 7c-2.5 4.5-6 7-10 7s-7.5-2.5-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  file: "M6 2.5h8l5 5V21.5H6zM14 2.5v5h5",
  out: "M9 5H5v14h14v-4M13 4h7v7M20 4 11 13",
  check: "M4 12.5l5 5L20 6.5",
  down: "M5 9l7 7 7-7",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  fast: "M4 5v14l8-7zM12 5v14l8-7z",
  send: "M3 4l18 8-18 8 3-8zM6 12h8",
  copy: "M8.5 8.5h12v12h-12zM15.5 8.5v-5h-12v12h5",
  pen: "M4 20l1-5L16.5 3.500a2.100 2.100 0 0 1 3 3L8 18l-4 2zM14 6l3.500 3.500",
  bin: "M4 6.5h16M9 6.5V4h6v2.500M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6",
  gem: "M6 3.5h12l4 6-10 11.5L2 9.5zM2 9.5h20M9 9.5l3 11M15 9.5l-3 11",
};

/** An icon by its name; hidden from screen readers, because its button has a label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", `icon icon-${name}`],
    ["aria-hidden", "true"],
    ["focusable", "false"],
  ]) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
