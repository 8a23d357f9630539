"""Bugs to plant in grading: a mark that is forged, a wall with a hole, work that is lost, a secret that leaks."""

from tests.mutations import Mutation

VALUES, APART = "test_grading_values.py::test_", "test_grading_apart.py::test_"
READING, COLLECTING = "test_grading_reading.py::test_", "test_grading_collecting.py::test_"
MARKING = "test_grading_marking.py::test_"


def _bug(bug: str, file: str, old: str, new: str, test: str) -> Mutation:
    return Mutation(bug, f"../grading/{file}.py", old, new, test)


MUTATIONS = (
    _bug(
        "infinity goes as JSON's own",
        "values",
        'return value if math.isfinite(value) else {"float": str(value)}',
        'return value if math.isfinite(value) else {"float": "nan"}',
        VALUES + "rare_values_keep_their_kind",
    ),
    _bug(
        "text of another class passes",
        "values",
        "kind in (bool, int, str)",
        "isinstance(value, (bool, int, str))",
        VALUES + "what_could_run_is_refused",
    ),
    _bug(
        "objects pass in an array",
        "values",
        'if value.dtype.kind not in "biufc":\n        raise NoValue(f"An array of {value.dtype}',
        'if value.dtype.kind not in "biufcO":\n        raise NoValue(f"An array of {value.dtype}',
        VALUES + "what_could_run_is_refused",
    ),
    _bug(
        "an array of another order is read in the order of its memory",
        "values",
        "value.tobytes()",
        'value.tobytes("A")',
        VALUES + "an_array_seen_from_behind_comes_out_in_its_order",
    ),
    _bug(
        "a list that holds itself is followed",
        "values",
        "depth > DEEPEST",
        "depth > 10**9",
        VALUES + "a_list_that_holds_itself_is_refused",
    ),
    _bug(
        "what is left of a piece is thrown away",
        "channel",
        "self._rest[:place], self._rest[place + 1 :]",
        "self._rest[:place], bytearray()",
        VALUES + "two_messages_in_one_piece_are_two",
    ),
    _bug(
        "a message may fill the memory",
        "channel",
        "if searched > MOST_BYTES",
        "if searched > 2**40",
        VALUES + "a_message_without_end_fills_no_memory",
    ),
    _bug(
        "an end is taken for silence",
        "channel",
        'raise Closed("The other side closed the channel.")',
        'raise TooLate("The other side closed the channel.")',
        VALUES + "an_end_is_told_from_silence",
    ),
    _bug(
        "a loop may catch what stops it, and go on for ever",
        "apart",
        "max(0.0, min(seconds + GRACE, left))",
        "10_000",
        APART + "a_hostile_cell_stops_no_other",
    ),
    _bug(
        "text is kept without end",
        "guest",
        "super().write(text[: max(0, room)])",
        "super().write(text)",
        APART + "text_without_end_is_cut",
    ),
    _bug(
        "the network is open",
        "walls",
        '"--unshare-all",',
        '"--unshare-all",\n        "--share-net",',
        APART + "it_reaches_no_network_not_even_this_machine",
    ),
    _bug(
        "the tests lie beside the guest",
        "walls",
        "files = [str(GUEST / name) for name in GUEST_FILES]",
        "files = [str(GUEST)]",
        APART + "no_test_and_no_gradebook_is_in_its_reach",
    ),
    _bug(
        "our environment goes along",
        "apart",
        "env=environment(inside),",
        "env={**os.environ, **environment(inside)},",
        APART + "nothing_of_our_environment_is_in_its_own",
    ),
    _bug(
        "a process that is lost is asked for ever",
        "apart",
        "if len(fatal) > self.restarts or",
        "if len(fatal) > 10**9 or",
        APART + "a_submission_that_is_gone_is_lost_not_waited_for",
    ),
    _bug(
        "only one encoding is read",
        "notebooks",
        'ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")',
        'ENCODINGS = ("utf-8-sig", "utf-16")',
        READING + "a_notebook_in_any_encoding_is_read",
    ),
    _bug(
        "format 3 has no code",
        "notebooks",
        'row.get("source", row.get("input", ""))',
        'row.get("source", "")',
        READING + "format_3_is_read",
    ),
    _bug(
        "answers without marks are looked for by id alone",
        "restoring",
        "for way in (_by_mark, _by_id, _by_definition):",
        "for way in (_by_mark, _by_id):",
        READING + "an_answer_is_found_whatever_became_of_its_cell",
    ),
    _bug(
        "a cell after an answer belongs to nobody",
        "restoring",
        "names.append(owner)",
        'names.append("")',
        READING + "the_cell_after_an_answer_belongs_to_it",
    ),
    _bug(
        "a hidden test is left in what students get",
        "releasing",
        'source = HIDDEN.sub("", cell.source)',
        "source = cell.source",
        MARKING + "what_students_get_holds_no_solution_no_rubric_and_no_hidden_test",
    ),
    _bug(
        "a model answer is left in what students get",
        "releasing",
        "source = WORDS",
        "source = source",
        MARKING + "what_students_get_holds_no_solution_no_rubric_and_no_hidden_test",
    ),
    _bug(
        "the first of two submissions counts",
        "collecting",
        "lower, higher = sorted((old, found), key=lambda one: one.rank)",
        "higher, lower = sorted((old, found), key=lambda one: one.rank)",
        COLLECTING + "the_last_one_counts_and_the_others_are_told",
    ),
    _bug(
        "a link is followed",
        "collecting",
        "state = path.lstat()",
        "state = path.stat()",
        COLLECTING + "a_link_is_not_followed",
    ),
    _bug(
        "a path may climb out of a zip",
        "collecting",
        'if name.startswith("/") or ".." in',
        'if name.startswith("/") or "..." in',
        COLLECTING + "a_path_that_climbs_out_of_a_zip_is_refused",
    ),
    _bug(
        "the size that stands in a zip is believed",
        "collecting",
        "content = file.read(min(most, budget.unpacked) + 1)",
        "content = file.read()[:most]",
        COLLECTING + "a_size_that_a_zip_lies_about_is_not_believed",
    ),
    _bug(
        "a hidden test that fails counts",
        "marking",
        "    except (AssertionError, NotRight, NotYet) as error:\n        return str(error)",
        "    except (AssertionError, NotRight, NotYet) as error:\n        return None and str(error)",
        MARKING + "what_was_released_gets_none",
    ),
    _bug(
        "what was marked once is never marked again",
        "grading_all",
        "return marks.submission == hashlib.sha256(content).hexdigest()",
        "return bool(content)",
        MARKING + "a_changed_submission_is_marked_anew",
    ),
    _bug(
        "marks are thrown away at every start",
        "grading_all",
        "if again or not _is_marked(book, problems, student)",
        "if True",
        MARKING + "killed_in_the_middle_it_goes_on_and_ends_the_same",
    ),
    _bug(
        "points by hand may be any number",
        "gradebook",
        "if not 0 <= points <= most[answer]:",
        "if points > most[answer]:",
        MARKING + "a_mark_that_makes_no_sense_is_refused",
    ),
    _bug(
        "HTML of a submission stands in the page as it came",
        "pages",
        "return html.escape(str(value))",
        "return str(value)",
        MARKING + "from_downloads_to_grades_by_the_commands",
    ),
    _bug(
        "other names hide what was copied",
        "similar",
        'names.setdefault(text, f"name{len(names)}")',
        "text",
        MARKING + "equal_steps_under_other_names_are_seen_and_the_stub_is_not",
    ),
)
