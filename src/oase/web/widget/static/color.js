/* Colours that can be read: the site's colour with the text that fits on it (WCAG 2.2, 1.4.3 and 1.4.11). */
const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const write = (rgb) => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => {
  const [red, green, blue] = parse(hex).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** The contrast of two colours, 1 to 21. */
export function contrast(one, two) {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on `background`. */
export const textOn = (background) => (contrast(background, "#ffffff") >= 4.5 || contrast(background, "#ffffff") >= contrast(background, "#101418") ? "#ffffff" : "#101418");

/** `color`, moved towards black or white until it reads on `background`. */
export function readable(color, background, wanted = 4.5) {
  const goal = luminance(background) > 0.4 ? 0 : 255;
  let rgb = parse(color);
  for (let step = 0; step < 40 && contrast(write(rgb), background) < wanted; step++) rgb = rgb.map((part) => part + (goal - part) * 0.08);
  return write(rgb);
}
