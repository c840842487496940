"use strict";
(() => {
  const peek = document.querySelector(".peek");

  const targetOf = (factor) => document.getElementById(factor.dataset.to);

  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= window.innerHeight;
  };

  const dim = () => {
    for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
    peek.hidden = true;
  };

  const show = (target) => {
    const copy = target.closest(".entry, .array").cloneNode(true);
    copy.removeAttribute("id");
    for (const inner of copy.querySelectorAll("[id]")) inner.removeAttribute("id");
    peek.replaceChildren(copy);
    peek.hidden = false;
  };

  const light = (factor) => {
    dim();
    const target = targetOf(factor);
    target.classList.add("lit");
    const entry = factor.closest(".entry");
    for (const twin of entry.querySelectorAll("[data-to]")) {
      if (twin.dataset.to === factor.dataset.to) twin.classList.add("lit");
    }
    if (!isSeen(target)) show(target);
  };

  const go = (factor) => {
    dim();
    location.hash = factor.dataset.to;
  };

  const factorAt = (event) =>
    event.target instanceof Element ? event.target.closest("main [data-to]") : null;

  for (const factor of document.querySelectorAll(".formula [data-to]")) {
    factor.setAttribute("tabindex", "0");
    factor.setAttribute("role", "link");
  }
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const factor = factorAt(event);
      if (factor) light(factor);
      else dim();
    });
  }
  document.addEventListener("focusout", dim);
  document.addEventListener("click", (event) => {
    const factor = factorAt(event);
    if (factor) go(factor);
  });
  document.addEventListener("keydown", (event) => {
    const factor = factorAt(event);
    if (factor && event.key === "Enter") go(factor);
    if (event.key === "Escape") dim();
  });
})();
