comment on column customers.nickname is 'unused since 2024-06, to be dropped once the release is final';
