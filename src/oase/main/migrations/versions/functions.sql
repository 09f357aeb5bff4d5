-- Words for search. Every function is immutable and needs no extension, so that any PostgreSQL 15 or newer will do.
-- Documents and queries go through the same functions; docs/handbook/search.md draws the way.

-- Lower case, no accents, ä = ae = a (not where u and e merely meet, as in "neue" and "Quelle"), ß = ss;
-- whatever is neither letter nor digit becomes a space.
CREATE FUNCTION oase_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    translate(lower(normalize(value, NFKD)), 'øłđıþðħ', 'oldithdh'),
    '[\u0300-\u036f]', '', 'g'), '[ßẞ]', 'ss', 'g'), '[æœ]', 'a', 'g'), '(?<![aeiouq])([aou])e', '\1', 'g'),
    '[\u0001-/:-@\[-`{-\u00bf\u2000-\u206f\u2190-\u2bff\u3000-\u3004\ufe00-\ufe0f\U0001f000-\U0001faff]+', ' ', 'g'))
$$;

-- Words as they are, with positions, and their German and English stems, without.
CREATE FUNCTION oase_words(value text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
DECLARE
  folded text := oase_fold(value);
BEGIN
  RETURN to_tsvector('pg_catalog.simple', folded)
    || strip(to_tsvector('pg_catalog.german', folded)) || strip(to_tsvector('pg_catalog.english', folded));
END $$;

-- Folded words with a label before each: 'f:anna', 'f:muller'.
CREATE FUNCTION oase_labels(label text, value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce(array_agg(DISTINCT label || ':' || w.word), '{}')
  FROM unnest(string_to_array(oase_fold(value), ' ')) AS w (word) WHERE w.word <> ''
$$;

-- A phone number from its fourth-last digit on to the left, so that any run of digits in it is the beginning of an entry.
CREATE FUNCTION oase_digits(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce(array_agg('n:' || substr(d.digits, s.start)), '{}')
  FROM (SELECT regexp_replace(value, '[^0-9]', '', 'g') AS digits) AS d,
       generate_series(1, least(length(d.digits), 20) - 3) AS s (start)
$$;

-- A word of a query by its stems, which every form of it has in its entry; several words written as one (a mail address, a
-- hyphenated word) must follow each other.
CREATE FUNCTION oase_term(value text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
DECLARE
  folded text := oase_fold(value);
  german tsquery := plainto_tsquery('pg_catalog.german', folded);
  english tsquery := plainto_tsquery('pg_catalog.english', folded);
BEGIN
  IF folded LIKE '% %' OR numnode(german) + numnode(english) = 0 THEN
    RETURN phraseto_tsquery('pg_catalog.simple', folded);
  END IF;
  RETURN CASE WHEN german = english THEN german ELSE german || english END;
END $$;

-- A word that is still being typed (or of which the beginning is enough): as above, or whatever begins so.
CREATE FUNCTION oase_prefix(value text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT CASE WHEN f.folded = '' THEN ''::tsquery
    ELSE oase_term(value) || ('''' || replace(f.folded, ' ', ''' <-> ''') || ''':*')::tsquery END
  FROM (SELECT oase_fold(value) AS folded) AS f
$$;

-- Words with a label ('f:', 't:', or the weight A: the subject), all of which must occur; the last one of 'anna mü*' as a beginning.
CREATE FUNCTION oase_labelled(label text, value text, weight text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce((string_agg('''' || label || w.word || ''':'
    || CASE WHEN value LIKE '%*' AND w.place = w.last THEN '*' ELSE '' END || weight, ' & '))::tsquery, ''::tsquery)
  FROM (SELECT word, place, count(*) OVER () AS last
        FROM unnest(string_to_array(oase_fold(value), ' ')) WITH ORDINALITY AS u (word, place) WHERE word <> '') AS w
$$;
