// Forms: as one types, the same check is fetched. It says how a date or a number is read, and which names begin so.

const WAIT = 450; // milliseconds without a key before the check is fetched
const sheet = document.getElementById("sheet");
let under_way = null;
let waiting = 0;

/** Fetch the check of the form as it is filled in, and show how it reads. */
async function check() {
  under_way?.abort();
  under_way = new AbortController();
  const fields = new URLSearchParams(new FormData(sheet));
  fields.set("do", "check");
  fields.set("live", "1");
  const typing = document.activeElement;
  if (typing.hasAttribute("list")) fields.set("completing", typing.name);
  const address = sheet.getAttribute("action"); // in the form of a measure, sheet.action is a field
  let page;
  try {
    const response = await fetch(address, { method: "POST", body: fields, headers: { Accept: "text/html" }, signal: under_way.signal });
    if (!response.ok) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return; // the next key tries again, and without any the button does
  }
  for (const read of sheet.querySelectorAll(".read")) {
    const text = page.getElementById(read.id)?.textContent ?? "";
    if (read.textContent !== text) read.textContent = text;
  }
  page.querySelectorAll("datalist").forEach(offer);
  if (typing.dataset.listed && typing.value.includes(";")) complete(typing);
  const outcome = page.getElementById("outcome");
  if (outcome) {
    outcome.querySelectorAll("[autofocus]").forEach((each) => each.removeAttribute("autofocus"));
    document.getElementById("outcome")?.replaceWith(outcome);
  }
}

/** Offer names that were found, beside those that a form came with. */
function offer(names) {
  const known = document.getElementById(names.id);
  if (!known) {
    sheet.append(names);
    return;
  }
  const offered = new Set([...known.options].map((option) => option.value));
  known.append(...[...names.options].filter((option) => !offered.has(option.value)));
}

/** Offer whole lists: what stands before the last semicolon, and each name after it. */
function complete(field) {
  const known = document.getElementById(field.dataset.listed);
  if (!known) return;
  const listed = known.cloneNode(true);
  listed.id = `${field.id}-known`;
  const before = field.value.includes(";") ? `${field.value.slice(0, field.value.lastIndexOf(";") + 1)} ` : "";
  if (before) listed.querySelectorAll("option").forEach((option) => { option.value = before + option.value; });
  document.getElementById(listed.id)?.remove();
  field.after(listed);
  field.setAttribute("list", listed.id);
}

if (sheet) {
  sheet.addEventListener("input", (event) => {
    if (event.target.matches("[data-listed]") && event.data === ";") complete(event.target);
    clearTimeout(waiting);
    waiting = setTimeout(check, WAIT);
  });
  sheet.addEventListener("submit", () => {
    clearTimeout(waiting);
    under_way?.abort();
  });
}
