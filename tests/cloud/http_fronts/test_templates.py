"""Mapping templates do what API Gateway's documentation says of $input, $util and Velocity."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.http_fronts.templates import (
    MappingInput,
    TemplateError,
    read_path,
    render_mapping,
)

PETS = {"pets": [{"name": "Rex", "age": 3}, {"name": "Tom", "age": 5}], "it's": "here"}
CONTEXT = {"stage": "dev", "identity": {"sourceIp": "127.0.0.1"}}


def rendered(template: str, body: object = "", **given: Any) -> str:
    """Return what a template makes of a body."""
    text = body if isinstance(body, str) else json.dumps(body)
    context = {**CONTEXT, "responseOverride": {"header": {}}}
    return render_mapping(template, MappingInput(text, **given), context, {"table": "orders"})


@pytest.mark.parametrize(
    ("expected", "template"),
    [
        ("plain $ text # here", "plain $ text # here"),
        (
            "dev 127.0.0.1 orders",
            "$context.stage ${context.identity.sourceIp} $stageVariables.table",
        ),
        ("[]", "[$context.authorizer.principalId]"),
        ("$unknown ${unknown.x}", "$unknown ${unknown.x}"),
        ("", "$!unknown$!{unknown.x}"),
        ("$context.stage", "\\$context.stage"),
        ("ab", "a## all of this\nb"),
        ("ab", "a#* and\n this *#b"),
        ("$context.stage #if", "#[[$context.stage #if]]#"),
        ("6", "#set($x = 1 + 2 * 3 - 1)$x"),
        ("9", "#set($x = (1 + 2) * 3)$x"),
        ("-3 -1", "#set($x = -7 / 2)#set($y = -7 % 2)$x $y"),
        ("2.5", "#set($x = 5.0 / 2)$x"),
        ("yes", "#if(1 < 2 && !false)yes#{else}no#end"),
        ("c", "#if(1 == 2)a#elseif($missing)b#{else}c#end"),
        ("same", '#if("1" == 1)same#end'),
        ("word", "#if(1 lt 2 and 2 ge 2 or false)word#end"),
        ("1=a,2=b", "#foreach($x in ['a', 'b'])$foreach.count=$x#if($foreach.hasNext),#end#end"),
        ("0a1b", '#foreach($x in ["a", "b"])$foreach.index$x#end'),
        ("12", "#foreach($x in [1..5])#if($x == 3)#break#end$x#end"),
        ("before", "before#stop after"),
        ("hi Rex", '#set($n = "Rex")#set($s = "hi $n")$s'),
        ("$n", "#set($n = '$n')$n"),
        ("{a=1, b=[2, 3]}", '#set($m = {"a": 1, "b": [2, 3]})$m'),
        (
            "2 true 1",
            '#set($m = {})#set($ignore = $m.put("a", 1))#set($m.b = 2)'
            '$m.size() $m.containsKey("b") $m.get("a")',
        ),
        ("b-c", '#set($l = ["b"])$!l.add("c")'.replace("$!l", "#set($o = $l") + ")$l[0]-$l.get(1)"),
        ("<1><2>", "#define($block)<$x>#end#foreach($x in [1, 2])$block#end"),
        ("HELLO", "#set($s = 'hello')$s.toUpperCase()"),
        ("a-b", "#set($s = 'a.b')$s.replace('.', '-')"),
        ("b.a", "#set($s = 'a.b')$s.replaceAll('(\\w).(\\w)', '$2.$1')"),
        ("3", "#set($s = 'a,b,c')$s.split(',').size()"),
    ],
)
def test_velocity(expected: str, template: str):
    """Each construct of the language renders as Velocity documents it."""
    assert expected == rendered(template)


@pytest.mark.parametrize(
    ("expected", "template"),
    [
        ('"Rex"', "$input.json('$.pets[0].name')"),
        ("Rex", "$input.path('$.pets[0].name')"),
        ('[{"name":"Rex","age":3},{"name":"Tom","age":5}]', "$input.path('$.pets')"),
        ("{name=Tom, age=5}", "$input.path('$.pets[1]')"),
        ('["Rex","Tom"]', "$input.json('$.pets[*].name')"),
        ('""', "$input.json('$.missing')"),
        ("[]", "[$input.path('$.missing')]"),
        ("2", "$input.path('$.pets').size()"),
        ("Rex Tom ", "#foreach($pet in $input.path('$.pets'))$pet.name #end"),
        ("here", "$input.path(\"$['it\\'s']\")"),
        ("Rex", "#set($root = $input.path('$'))$root.pets[0].name"),
    ],
)
def test_input(expected: str, template: str):
    """$input reads the body by JSONPath: json() writes JSON, path() gives the value itself."""
    assert expected == rendered(template, PETS)


def test_params_look_in_path_query_and_header_in_this_order():
    """$input.params(name) takes the first, and $input.params() gives all three."""
    given = {"path": {"id": "7"}, "querystring": {"id": "8", "q": "x"}, "header": {"H": "y"}}

    assert "7 x y ''" == rendered(
        "$input.params('id') $input.params('q') $input.params('H') '$input.params('none')'", **given
    )
    assert "8" == rendered("$input.params().querystring.get('id')", **given)


@pytest.mark.parametrize(
    ("expected", "call"),
    [
        ('it\\\'s \\"so\\" \\u00E9\\n', "escapeJavaScript($input.body)"),
        ("x%3Da%2Bb+c%2F%C3%A9", "urlEncode('x=a+b c/é')"),
        ("x=a b", "urlDecode('x%3Da+b')"),
        ("aGk=", "base64Encode('hi')"),
        ("hi", "base64Decode('aGk=')"),
        ("b", 'parseJson(\'{"a": ["b"]}\').a[0]'),
    ],
)
def test_util(expected: str, call: str):
    """$util escapes, encodes, decodes and parses."""
    assert expected == rendered(f"$util.{call}", 'it\'s "so" é\n')


def test_an_escaped_quote_is_turned_back_as_the_documentation_advises():
    """escapeJavaScript makes \\' of ', which JSON does not know; replaceAll takes it back."""
    template = "$util.escapeJavaScript($input.path('$.t')).replaceAll(\"\\\\'\",\"'\")"

    assert "it's" == rendered(template, {"t": "it's"})


def test_a_template_may_override_status_and_headers():
    """What it sets in $context.responseOverride is left there for whoever answers."""
    context: dict[str, Any] = {"responseOverride": {"header": {}}}

    render_mapping(
        "#set($context.responseOverride.status = 418)"
        '#set($context.responseOverride.header.X-Tea = "yes")',
        MappingInput(),
        context,
    )

    assert {"status": 418, "header": {"X-Tea": "yes"}} == context["responseOverride"]


@pytest.mark.parametrize(
    "template",
    [
        "#if(true)",
        "#end",
        "#set($x)",
        "#foreach($x in)#end",
        '#set($x = "open)',
        "#* open",
        "$input.path('$.[')",
        "$util.parseJson('{')",
        "#set($x = " + "(" * 2000 + ")",
        "#if(true)" * 500,
        "#define($x)$x#end$x",
        "#foreach($x in [1..2000])$x#end",
        "#foreach($a in [1..900])#foreach($b in [1..900])$a#end#end",
        "#set($s = 'aaaaaaaaaa')#foreach($x in [1..40])#set($s = $s + $s)#end$s",
    ],
)
def test_a_template_that_cannot_be_rendered_is_an_error(template: str):
    """Unreadable, endless and swelling templates end at once, and with one kind of error."""
    with pytest.raises(TemplateError):
        rendered(template, PETS)


@pytest.mark.parametrize(
    "template",
    [
        "$input.__class__",
        "$input.path.__globals__",
        "$util.__init__",
        "$input.body.__class__.__mro__",
        "$input.body.format($input)",
        "$context.__class__",
        "$foo.__builtins__",
    ],
)
def test_nothing_of_python_is_reached(template: str):
    """Attributes and methods that Java's types do not have give nothing."""
    assert "class" not in rendered(template).replace(template, "")
    assert rendered(template) in ("", template)


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        (PETS, "$"),
        (3, "$.pets[0].age"),
        (5, "$.pets[-1]['age']"),
        ([3, 5], "$..age"),
        ([{"name": "Rex", "age": 3}], "$.pets[0:1]"),
        (["Rex", 3], "$.pets[0]['name','age']"),
        (["Rex", "Tom"], "$.pets[0,1].name"),
        (2, "$.pets.length()"),
        (None, "$.pets[9].name"),
        (None, "$.pets.name"),
        ("Rex", "pets[0].name"),
    ],
)
def test_json_path(expected: object, path: str):
    """A definite path gives one value or none, another gives a list."""
    assert expected == read_path(PETS, path)
