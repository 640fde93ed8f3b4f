@ladder @F1
Feature: The partner's names do not resolve
  The zone with the partners' names is not there. The calling side's server asks its resolver and gets nothing usable, so
  no SIP for the partner leaves the node. Everything inside the cluster goes on.

  @RFC3263-4
  Scenario: Called by a UE of the root agency, the local members get the call and talk
    Given the working configuration, changed in
      | dns.zone | absent |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then agency a's server gets no usable answer for its partners' names
    And no SIP for a partner leaves the node of agency a
    And cluster names resolve in agency a
    And the affiliated members of agency a are invited
    And the floor is granted to a-ue-1 and taken to all other members of agency a
    When a-ue-1 talks for 40 packets
    Then every other member of agency a hears all 40 packets of a-ue-1's burst after the first 5
    And the symptom is "name-unresolved"

  @RFC3263-4
  Scenario: Called by a UE of the remote agency, the caller gets a final error
    Given the working configuration, changed in
      | dns.zone | absent |
    And every UE is registered and affiliated
    When b-ue-1 calls the campaign
    Then agency b's server gets no usable answer for its partners' names
    And no SIP for a partner leaves the node of agency b
    And cluster names resolve in agency b
    And the caller's own INVITE gets a final error
    And the symptom is "name-unresolved"
