"use strict";
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  heads.forEach((head, column) => {
    if (head.classList.contains("bar")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numbers = body.rows[0]?.cells[column].dataset.value !== undefined;
      const before = head.getAttribute("aria-sort") ?? (numbers ? "ascending" : "descending");
      const ascending = before === "descending";
      const compare = (a, b) => numbers
        ? Number(value(a, column)) - Number(value(b, column))
        : value(a, column).localeCompare(value(b, column), document.documentElement.lang);
      const rows = [...body.rows].sort((a, b) => (ascending ? 1 : -1) * compare(a, b));
      body.append(...rows);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    });
  });
}
