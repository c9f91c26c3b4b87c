// Sends the part of the address after the #, which a browser keeps to itself, as a form (response_mode=fragment).
const form = document.createElement("form");
form.method = "post";
form.action = location.pathname;
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  form.append(field);
}
document.body.append(form);
history.replaceState(null, "", location.pathname);
form.submit();
