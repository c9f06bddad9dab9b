"""Discord's limits for components; the form notes every breach under its path."""

from __future__ import annotations

from typing import Any

from sandbox.components import tree
from sandbox.forms import Form
from sandbox.wire import Json, items, mapping

_TOP_PLAIN = (tree.ROW,)
_TOP_V2 = (tree.ROW, tree.SECTION, tree.TEXT, tree.GALLERY, tree.FILE, tree.SEPARATOR, tree.CONTAINER)
_IN_CONTAINER = (tree.ROW, tree.SECTION, tree.TEXT, tree.GALLERY, tree.FILE, tree.SEPARATOR)
_IN_ROW = (tree.BUTTON, *tree.SELECTS)
_TOP_MODAL = (tree.ROW, tree.TEXT, tree.LABEL)
_IN_LABEL = (
    tree.TEXT_INPUT,
    *tree.SELECTS,
    tree.FILE_UPLOAD,
    tree.RADIO_GROUP,
    tree.CHECKBOX_GROUP,
    tree.CHECKBOX,
)


def check_message(form: Form, components: Any, *, v2: bool) -> None:
    """The components of a message: 5 rows, or with V2 40 components and 4000 characters in all."""
    top = form.count("components", components, 0, 40 if v2 else 5)
    _kinds(form, "components", top, _TOP_V2 if v2 else _TOP_PLAIN)
    walked = list(tree.walk(top))
    if v2 and len(walked) > 40:
        form.fault(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            "The total number of components is above 40.",
        )
    if v2 and sum(map(len, tree.texts(top))) > 4000:
        form.fault(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            "Components displayable text size exceeds maximum size of 4000",
        )
    _each(form, walked)


def check_modal(form: Form, data: Json) -> None:
    """A modal: title, custom_id, one to five items at the top."""
    form.length("data.title", data.get("title"), 1, 45)
    form.length("data.custom_id", data.get("custom_id"), 1, 100)
    top = form.count("data.components", data.get("components"), 1, 5)
    _kinds(form, "data.components", top, _TOP_MODAL)
    _each(form, list(tree.walk(top, "data.components")))


def _kinds(form: Form, path: str, components: list[Any], allowed: tuple[int, ...]) -> None:
    for n, component in enumerate(components):
        if (entry := mapping(component)) is None:
            form.fault(f"{path}.{n}", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        else:
            form.choice(f"{path}.{n}.type", entry.get("type"), allowed)


def _each(form: Form, walked: list[tuple[str, Json]]) -> None:
    custom_ids: set[str] = set()
    for path, component in walked:
        check = _CHECKS.get(component.get("type", 0))
        if check:
            check(form, path, component)
        custom_id = component.get("custom_id")
        if isinstance(custom_id, str):
            if custom_id in custom_ids:
                form.fault(
                    f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Custom id cannot be duplicated"
                )
            custom_ids.add(custom_id)


def _custom_id(form: Form, path: str, component: Json) -> None:
    form.length(f"{path}.custom_id", component.get("custom_id"), 1, 100)


def _given(component: Json, key: str) -> Any:
    """The number in a field, 1 where it is absent or null."""
    return 1 if component.get(key) is None else component[key]


def _optional(form: Form, path: str, component: Json, key: str, high: int) -> None:
    if component.get(key) is not None:
        form.length(f"{path}.{key}", component[key], 0, high)


def _row(form: Form, path: str, component: Json) -> None:
    children = form.count(f"{path}.components", component.get("components"), 1, 5)
    kinds = [child.get("type") for child in map(mapping, children) if child]
    modal = tree.TEXT_INPUT in kinds
    _kinds(form, f"{path}.components", children, (tree.TEXT_INPUT,) if modal else _IN_ROW)
    if len(children) > 1 and any(kind != tree.BUTTON for kind in kinds):
        form.fault(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "A select or input stands alone in its row.")


def _button(form: Form, path: str, component: Json) -> None:
    style = component.get("style")
    form.choice(f"{path}.style", style, (1, 2, 3, 4, 5, 6))
    _optional(form, path, component, "label", 80)
    if style == tree.LINK_STYLE:
        form.length(f"{path}.url", component.get("url"), 1, 512)
        url = str(component.get("url"))
        if not url.startswith(("http://", "https://", "discord://")):
            form.fault(f"{path}.url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        if "custom_id" in component:
            form.fault(
                path,
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    elif style != tree.PREMIUM_STYLE:
        _custom_id(form, path, component)
    if style != tree.PREMIUM_STYLE and not component.get("label") and not component.get("emoji"):
        form.fault(path, "BUTTON_COMPONENT_INVALID_LABEL_EMOJI", "A label or emoji is required")


def _options(form: Form, path: str, component: Json, low: int, high: int) -> None:
    values: set[Any] = set()
    for n, option in enumerate(form.count(f"{path}.options", component.get("options"), low, high)):
        where = f"{path}.options.{n}"
        form.length(f"{where}.label", option.get("label"), 1, 100)
        form.length(f"{where}.value", option.get("value"), 1, 100)
        _optional(form, where, option, "description", 100)
        if option.get("value") in values:
            form.fault(
                f"{where}.value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(option.get("value"))


def _select(form: Form, path: str, component: Json) -> None:
    _custom_id(form, path, component)
    _optional(form, path, component, "placeholder", 150)
    form.number(f"{path}.min_values", _given(component, "min_values"), 0, 25)
    form.number(f"{path}.max_values", _given(component, "max_values"), 1, 25)
    if component["type"] == tree.STRING_SELECT:
        _options(form, path, component, 1, 25)
        if _given(component, "max_values") > len(items(component, "options")):
            form.fault(f"{path}.max_values", "NUMBER_TYPE_MAX", "max_values is above the number of options.")


def _section(form: Form, path: str, component: Json) -> None:
    children = form.count(f"{path}.components", component.get("components"), 1, 3)
    _kinds(form, f"{path}.components", children, (tree.TEXT,))
    if not isinstance(component.get("accessory"), dict):
        form.required(f"{path}.accessory")
    else:
        form.choice(
            f"{path}.accessory.type", component["accessory"].get("type"), (tree.BUTTON, tree.THUMBNAIL)
        )


def _text(form: Form, path: str, component: Json) -> None:
    form.length(f"{path}.content", component.get("content"), 1, 4000)


def _thumbnail(form: Form, path: str, component: Json) -> None:
    _media(form, f"{path}.media", component.get("media"))
    _optional(form, path, component, "description", 1024)


def _gallery(form: Form, path: str, component: Json) -> None:
    for n, entry in enumerate(form.count(f"{path}.items", component.get("items"), 1, 10)):
        _media(form, f"{path}.items.{n}.media", entry.get("media"))
        _optional(form, f"{path}.items.{n}", entry, "description", 1024)


def _file(form: Form, path: str, component: Json) -> None:
    _media(form, f"{path}.file", component.get("file"))


def _media(form: Form, path: str, value: Any) -> None:
    url = (mapping(value) or {}).get("url")
    if not isinstance(url, str):
        form.required(path)
    elif not url.startswith(("attachment://", "http://", "https://")):
        form.fault(
            f"{path}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment')."
        )


def _container(form: Form, path: str, component: Json) -> None:
    children = form.count(f"{path}.components", component.get("components"), 1, 40)
    _kinds(form, f"{path}.components", children, _IN_CONTAINER)
    if component.get("accent_color") is not None:
        form.number(f"{path}.accent_color", component["accent_color"], 0, 0xFFFFFF)


def _label(form: Form, path: str, component: Json) -> None:
    form.length(f"{path}.label", component.get("label"), 1, 45)
    _optional(form, path, component, "description", 100)
    child = mapping(component.get("component"))
    if child is None:
        form.required(f"{path}.component")
    else:
        form.choice(f"{path}.component.type", child.get("type"), _IN_LABEL)


def _text_input(form: Form, path: str, component: Json) -> None:
    _custom_id(form, path, component)
    form.choice(f"{path}.style", component.get("style"), (1, 2))
    _optional(form, path, component, "placeholder", 100)
    _optional(form, path, component, "value", 4000)
    form.number(f"{path}.min_length", component.get("min_length") or 0, 0, 4000)
    form.number(f"{path}.max_length", component.get("max_length") or 4000, 1, 4000)


def _radio_group(form: Form, path: str, component: Json) -> None:
    _custom_id(form, path, component)
    _options(form, path, component, 2, 10)


def _checkbox_group(form: Form, path: str, component: Json) -> None:
    _custom_id(form, path, component)
    _options(form, path, component, 1, 10)


def _file_upload(form: Form, path: str, component: Json) -> None:
    _custom_id(form, path, component)
    form.number(f"{path}.min_values", _given(component, "min_values"), 0, 10)
    form.number(f"{path}.max_values", _given(component, "max_values"), 1, 10)


_CHECKS = {
    tree.ROW: _row,
    tree.BUTTON: _button,
    **dict.fromkeys(tree.SELECTS, _select),
    tree.TEXT_INPUT: _text_input,
    tree.SECTION: _section,
    tree.TEXT: _text,
    tree.THUMBNAIL: _thumbnail,
    tree.GALLERY: _gallery,
    tree.FILE: _file,
    tree.CONTAINER: _container,
    tree.LABEL: _label,
    tree.FILE_UPLOAD: _file_upload,
    tree.RADIO_GROUP: _radio_group,
    tree.CHECKBOX_GROUP: _checkbox_group,
    tree.CHECKBOX: _custom_id,
}
