// The sliders of the two clocks: each stop is a link, and moving to it shows what that link shows.

const WAIT = 120; // milliseconds that a slider rests before its page is fetched
const STEP = 900; // milliseconds between two stops while playing
let under_way = null;
let waiting = 0;
let playing = 0;

/** The address of this page at one stop of a slider. */
function addressAt(slider) {
  const address = new URL(location.href);
  address.searchParams.delete("position");
  address.searchParams.delete("cursor");
  address.searchParams.set(slider.dataset.cut, slider.dataset.stops.split(" ")[slider.value]);
  if (slider.dataset.cut === "as_known_at" && !address.searchParams.has("clock")) {
    address.searchParams.set("clock", document.getElementById("clock").value);
  }
  return address;
}

/** Say in words where a slider stands. */
function tell(slider) {
  const words = slider.dataset.words.split("|")[slider.value];
  slider.setAttribute("aria-valuetext", words);
  slider.closest(".slider").querySelector("output").textContent = words;
  slider.closest(".slider").querySelector(".last").textContent &&= "\u00a0";
  slider.closest(".slider").querySelectorAll("rect").forEach((bar, at) => bar.classList.toggle("past", at <= slider.value));
}

/** Show what an address shows, without leaving the page; the slider in hand keeps its place. */
async function show(address, how) {
  under_way?.abort();
  under_way = new AbortController();
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal: under_way.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok || !page.getElementById("content")) {
      location.assign(address);
      return;
    }
    const focused = document.activeElement?.id;
    document.title = page.title;
    for (const id of ["heading", "where", "content", "foot", "views"]) {
      document.getElementById(id)?.replaceWith(page.getElementById(id));
    }
    if (how !== "while moving") {
      const opened = document.querySelector(".by-hand")?.open;
      document.querySelector("form.clocks")?.replaceWith(page.querySelector("form.clocks"));
      document.querySelector(".by-hand")?.toggleAttribute("open", opened ?? true);
      prepare();
      document.getElementById(focused)?.focus();
    }
    history[how === "going back" ? "replaceState" : "pushState"](null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  main.removeAttribute("aria-busy");
}

/** Go through the stops of a slider, from the first one if it stands at the last. */
function play(slider, button) {
  if (playing) {
    stop();
    return;
  }
  button.textContent = "Stop";
  if (slider.value === slider.max) slider.value = 0;
  else slider.value = Number(slider.value) + 1;
  const step = async () => {
    tell(slider);
    await show(addressAt(slider), "while moving");
    if (!playing) return;
    if (slider.value === slider.max) stop();
    else {
      slider.value = Number(slider.value) + 1;
      playing = setTimeout(step, STEP);
    }
  };
  playing = setTimeout(step, 0);
}

function stop() {
  clearTimeout(playing);
  playing = 0;
  document.querySelectorAll("button.play").forEach((button) => { button.textContent = "Play"; });
  show(new URL(location.href), "going back"); // so that the days and the steps are those of this place
}

function prepare() {
  document.querySelectorAll("button.play").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => play(document.getElementById(button.dataset.for), button));
  });
  document.querySelectorAll("input[data-stops]").forEach((slider) => {
    slider.addEventListener("input", () => {
      tell(slider);
      clearTimeout(waiting);
      waiting = setTimeout(() => show(addressAt(slider), "while moving"), WAIT);
    });
    slider.addEventListener("change", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => show(addressAt(slider), "at rest"), WAIT);
    });
  });
}

addEventListener("popstate", () => show(new URL(location.href), "going back"));
prepare();
