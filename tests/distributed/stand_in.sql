-- What `modwatch database distribute` asks of Citus: its catalog, and functions that write down what
-- they are told and refuse the unique keys that Citus refuses. No row is moved.
CREATE TABLE pg_dist_node (
    nodename text, nodeport int, groupid int, isactive bool, noderole text, shouldhaveshards bool
);
CREATE TABLE citus_tables (
    table_name regclass PRIMARY KEY, citus_table_type text, distribution_column text, colocation_id int
);
CREATE FUNCTION citus_set_node_property(host text, port int, property text, wanted bool)
RETURNS void LANGUAGE sql AS $$
    UPDATE pg_dist_node SET shouldhaveshards = wanted WHERE nodename = host AND nodeport = port
$$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO citus_tables VALUES (name, 'reference', NULL, 2)
$$;
CREATE FUNCTION create_distributed_table(
    name regclass, by_column text, colocate_with text DEFAULT 'default'
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_index WHERE indrelid = name AND indisunique AND NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = name AND attname = by_column AND attnum = ANY (indkey::int2[])
        )
    ) THEN
        RAISE 'creating unique indexes on non-partition columns is currently not supported: %', name;
    END IF;
    INSERT INTO citus_tables VALUES (name, 'distributed', by_column, 1);
END
$$;
INSERT INTO pg_dist_node VALUES ('coordinator', 5432, 0, true, 'primary', true);
